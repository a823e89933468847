// What a function and its place are called on the page.
import { functionLabel } from '../../src/model/function-label.ts';

interface Named {
  name: string;
  /** Path of the object. */
  object: string;
}

/** Labels made so far: each drawing asks for those of its frames twice. */
const labels = new Map<string, string>();
const MAX_LABELS = 20_000;

/** The label of a frame, or of a row of a table; the whole name is in its tooltip. */
export function frameLabel(named: Named): string {
  const key = `${named.object}\0${named.name}`;
  let label = labels.get(key);
  if (label === undefined) {
    label = functionLabel(named);
    if (labels.size >= MAX_LABELS) labels.clear();
    labels.set(key, label);
  }
  return label;
}

/** `src/parse.c:120`, `src/parse.c` without a line, '' where the file is not known. */
export function sourcePlace({ file, line }: { file: string; line: number }): string {
  return file === '' || line === 0 ? file : `${file}:${line}`;
}
