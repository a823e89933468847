// Stacks written as text: one column per stack, root first, the number of samples in the last line.
//
//   main    main    idle
//   parse   write
//   3       2       1

export interface TextStack {
  /** Root first. */
  frames: string[];
  count: number;
}

/** A column begins where the first line has a word; every column has a cell there and in the last line. */
export function textStacks(text: string): TextStack[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const starts = [...lines[0]!.matchAll(/\S+/g)].map((match) => match.index);
  for (const line of lines) {
    if (starts.some((start) => start > 0 && /\S/.test(line.charAt(start - 1)))) {
      throw new Error(`the cell before a column's start is too wide in: ${line}`);
    }
  }
  return starts.map((start, column) => {
    const cells = lines.map((line) => line.slice(start, starts[column + 1]).trim());
    return { frames: cells.slice(0, -1).filter((cell) => cell !== ''), count: Number(cells.at(-1)) };
  });
}

/** A frame reads `name`, `name@object` or, where calls were inlined into one location, `outer>inner@object`. */
export function textFrame(cell: string): { chain: string[]; object: string } {
  const [names, object] = cell.split('@');
  return { chain: names!.split('>').reverse(), object: object ?? 'app' };
}
