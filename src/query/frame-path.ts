// A path of frame names from the root of a tree, as one text: `main;run;parse`, with `\;` and `\\` in names.

export function formatFramePath(names: readonly string[]): string {
  return names.map((name) => name.replace(/[\\;]/g, '\\$&')).join(';');
}

/** The inverse of `formatFramePath`; empty text is the empty path (the root itself). */
export function parseFramePath(text: string): string[] {
  if (text === '') return [];
  const names: string[] = [];
  let name = '';
  for (let i = 0; i < text.length; i++) {
    const c = text.charAt(i);
    if (c === '\\' && i + 1 < text.length) name += text.charAt(++i);
    else if (c === ';') {
      names.push(name);
      name = '';
    } else name += c;
  }
  return [...names, name];
}
