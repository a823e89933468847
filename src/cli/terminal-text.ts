// Text from elsewhere (function names, paths, a server's messages) made fit for a terminal. Names are data of untrusted
// processes: printed as they are, one could move the cursor, retitle the window or reorder the line around it.

/** Controls (C0, DEL, C1), invisible and direction-changing characters, line separators, lone surrogates. */
const NOT_PRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** The same but for the line feed: for text that has lines. */
const NOT_PRINTABLE_IN_LINES = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function visible(character: string): string {
  const code = character.codePointAt(0)!;
  const short = SHORT[character];
  if (short !== undefined) return short;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

/** One line in which every control character can be seen: ESC is `\x1b`, a right-to-left override `\u{202e}`. */
export function printable(text: string): string {
  return text.replace(NOT_PRINTABLE, visible);
}

/** Like `printable`, with line feeds kept. */
export function printableLines(text: string): string {
  return text.replace(NOT_PRINTABLE_IN_LINES, visible);
}

/** JSON that is the same value to a program and harmless to a terminal: JSON itself escapes only C0. */
export function terminalJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
      .map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

/** East Asian wide and full-width characters and emoji take two columns. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
const COMBINING = /\p{M}/u;
const ASCII = /^[\x20-\x7e]*$/;

/** Columns that one character of printable text takes. */
function columnsOf(character: string): number {
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Columns that printable text takes in a terminal. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  return Array.from(text).reduce((sum, character) => sum + columnsOf(character), 0);
}

/** The text in exactly `width` columns: padded, or cut with `…`; `keep: 'end'` keeps the end (of paths). */
export function fitTo(width: number, text: string, keep: 'start' | 'end' = 'start'): string {
  const missing = width - displayWidth(text);
  return missing >= 0 ? text + ' '.repeat(missing) : cutTo(width, text, keep);
}

/** The text in at most `width` columns. */
export function cutTo(width: number, text: string, keep: 'start' | 'end' = 'start'): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  const characters = Array.from(text);
  if (keep === 'end') characters.reverse();
  let room = width - 1;
  const kept: string[] = [];
  for (const character of characters) {
    room -= columnsOf(character);
    if (room < 0) break;
    kept.push(character);
  }
  return keep === 'end' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`;
}
