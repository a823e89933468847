// How a function is called where there is little room; its whole name is in the tooltip, in exports and in searches.

/** The label of a frame, or of a row of a table. */
export function frameLabel(name: string): string {
  return name;
}

/** `src/parse.c:120`, `src/parse.c` without a line, '' where the file is not known. */
export function sourcePlace({ file, line }: { file: string; line: number }): string {
  return file === '' || line === 0 ? file : `${file}:${line}`;
}
