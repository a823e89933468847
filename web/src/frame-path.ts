// A path of frame names as the server's `root` reads it: `main;run`, with a backslash before `;` and `\` in names.

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
