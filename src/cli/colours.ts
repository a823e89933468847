// Whether output is coloured, and the few styles there are.

export interface Environment {
  readonly [name: string]: string | undefined;
}

/**
 * NO_COLOR (no-color.org: any value but the empty one) wins over FORCE_COLOR (as Node reads it: `0` and `false` are no),
 * and both over what the stream is. A terminal that calls itself dumb shows escapes as they are.
 */
export function wantsColour(stream: { isTTY?: boolean }, environment: Environment = process.env): boolean {
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const force = environment['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  return stream.isTTY === true && environment['TERM'] !== 'dumb';
}

/** SGR parameters (ECMA-48, 8.3.117). */
const STYLES = { bold: 1, dim: 2, inverse: 7, red: 31, green: 32, yellow: 33 } as const;
export type Style = keyof typeof STYLES;

/** Puts text into a style where colours are wanted. */
export type Paint = (style: Style, text: string) => string;

export function painter(colours: boolean): Paint {
  if (!colours) return (_, text) => text;
  return (style, text) => `\x1b[${STYLES[style]}m${text}\x1b[0m`;
}
