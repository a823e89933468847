// A path of frame names as the server's `root` reads it: `main;run`, with a backslash before `;` and `\` in names.
import type { FrameNode } from './frame-tree.ts';

/** '' for the whole. */
export function rootText(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\;]/g, '\\$&')).join(';');
}

/** The names of such a text, the outermost first. */
export function rootNames(text: string): string[] {
  if (text === '') return [];
  const names: string[] = [];
  let name = '';
  for (const [piece] of text.matchAll(/\\[^]|[^]/gu)) {
    if (piece === ';') {
      names.push(name);
      name = '';
    } else name += piece.length > 1 && piece.startsWith('\\') ? piece.slice(1) : piece;
  }
  return [...names, name];
}

type Named = Pick<FrameNode, 'name' | 'frameClass'>;

/** The name the server knows a group without a value by. */
export const rawName = ({ name, frameClass }: Named) =>
  frameClass === 'group' && name === '(none)' ? '' : name;

/** `root` of a frame: the path above what is shown, and on to the frame. '' where the server can tell no path. */
export function rootOf(path: readonly Named[], above: string): string {
  return rootText([...rootNames(above), ...path.slice(1).map(rawName)]);
}
