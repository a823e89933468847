// Random addresses of a file's functions.
import { spawn } from 'node:child_process';
import { generator } from '../lib/random.ts';

/** [start, end) pairs, in the order the tool shows them. */
export interface CodeRanges {
  start: number[];
  end: number[];
}

/**
 * What its frame descriptions cover, or where it has none (Go) the symbols of `symbolPath`, which has the same code.
 * Rejects where readelf or nm is missing.
 */
export async function codeRanges(path: string, symbolPath: string): Promise<CodeRanges> {
  const frames = await matches(
    'readelf',
    ['--debug-dump=frames', path],
    /FDE.* pc=([0-9a-f]+)\.\.([0-9a-f]+)/,
  );
  const ranges: CodeRanges = { start: [], end: [] };
  for (const [, from, until] of frames) push(ranges, hex(from), hex(until));
  if (ranges.start.length > 0) return ranges;
  const symbols = await matches('nm', ['-S', '--defined-only', symbolPath], /^([0-9a-f]+) ([0-9a-f]+) [tT] /);
  for (const [, from, size] of symbols) push(ranges, hex(from), hex(from) + hex(size));
  return ranges;
}

/** Ascending, each once: every byte of the ranges is as likely. All of them where there are no more than `count`. */
export function randomAddresses({ start, end }: CodeRanges, count: number, seed: number): number[] {
  // [bytes before range i]: by bisection the range that a byte lies in.
  const before = new Float64Array(start.length + 1);
  start.forEach((from, i) => (before[i + 1] = before[i]! + end[i]! - from));
  const total = before[start.length]!;
  const chosen = new Set<number>();
  if (total <= 2 * count) {
    start.forEach((from, i) => {
      for (let address = from; address < end[i]!; address++) chosen.add(address);
    });
  } else {
    const random = generator(seed);
    while (chosen.size < count) {
      const byte = Math.floor(random() * total);
      const range = rangeOf(before, byte);
      chosen.add(start[range]! + byte - before[range]!);
    }
  }
  return thinned([...chosen], count).sort((a, b) => a - b);
}

/** Evenly spread, `count` at most. */
export function thinned<T>(values: readonly T[], count: number): T[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => values[Math.floor((i * values.length) / count)]!);
}

function rangeOf(before: Float64Array, byte: number): number {
  let [low, high] = [0, before.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (before[middle]! <= byte) low = middle;
    else high = middle;
  }
  return low;
}

function push({ start, end }: CodeRanges, from: number, until: number): void {
  if (until <= from) return;
  start.push(from);
  end.push(until);
}

function hex(text: string | undefined): number {
  return Number.parseInt(text ?? '', 16);
}

async function matches(command: string, args: readonly string[], wanted: RegExp): Promise<RegExpExecArray[]> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const failed = new Promise<never>((_, reject) => child.once('error', reject));
  const found: RegExpExecArray[] = [];
  const read = async () => {
    let rest = '';
    for await (const chunk of child.stdout.setEncoding('latin1')) {
      const lines = (rest + (chunk as string)).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        const match = wanted.exec(line);
        if (match !== null) found.push(match);
      }
    }
  };
  await Promise.race([read(), failed]);
  return found;
}
