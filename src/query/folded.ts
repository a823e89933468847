// Folded stacks: one line per distinct stack, `root;…;leaf value`, as flamegraph.pl and speedscope read it.
import type { StackTable } from '../model/stack-table.ts';

export interface FoldedOptions {
  /** Samples (default) or CPU time in ns. */
  value?: 'count' | 'weight';
  /** Put the table's group values first. Needs a table that was grouped. */
  groupBy?: boolean;
}

export function encodeFolded(table: StackTable, options: FoldedOptions = {}): string {
  const values = options.value === 'weight' ? table.weightNs : table.count;
  // Outermost first, and already fit for the format: a location is often in thousands of stacks.
  const texts = table.locationFrames.map((frames) =>
    frames
      .map((frame) => foldedName(frame.name))
      .reverse()
      .join(';'),
  );
  const lines = new Map<string, number>();
  values.forEach((value, stack) => {
    const parts = options.groupBy === true ? [foldedName(table.group?.[stack] ?? '')] : [];
    for (let at = table.offsets[stack + 1]! - 1; at >= table.offsets[stack]!; at--) {
      parts.push(texts[table.stackLocations[at]!]!);
    }
    const line = parts.join(';');
    lines.set(line, (lines.get(line) ?? 0) + value);
  });
  return Array.from(lines, ([line, value]) => `${line} ${Math.round(value)}\n`).join('');
}

/** The format has no escape: `;` becomes `:`, line ends become spaces (as in Go's `type:.eq.struct { a int; b int }`). */
function foldedName(name: string): string {
  return name.replace(/;/g, ':').replace(/[\r\n]+/g, ' ');
}
