// Verdicts on many walks, counted; with one example of each kind of difference.
import type { RecordedSpace } from '../lib/recorded-processes.ts';
import { findMapping } from '../lib/recorded-processes.ts';
import type { Comparison, OurWalk, Verdict } from './compare.ts';
import type { Pair } from './pairs.ts';
import type { ReferenceWalk } from './reference.ts';

/** Frames shown of an example, from the last common one on. */
const SHOWN_FRAMES = 3;

/** One kind of difference: what it is, how both walks ended. */
export interface Difference {
  verdict: Verdict;
  ourEnd: string;
  referenceEnd: string;
  count: number;
  example: string;
}

export interface Tally {
  workload: string;
  pairs: number;
  /** Whose lists are equal, as far as the stack's copy goes. */
  exact: number;
  toCopyEnd: number;
  /** What the reference cannot judge: it failed, or the stack was changed on the way. */
  referenceFailed: number;
  /** How ours ended. */
  ends: Map<string, number>;
  frames: number;
  framesByPointer: number;
  differences: Map<string, Difference>;
}

export function emptyTally(workload: string): Tally {
  return {
    workload,
    pairs: 0,
    exact: 0,
    toCopyEnd: 0,
    referenceFailed: 0,
    ends: new Map(),
    frames: 0,
    framesByPointer: 0,
    differences: new Map(),
  };
}

export interface WalkedPair {
  pair: Pair;
  ours: OurWalk & { byPointer: number };
  reference: ReferenceWalk;
  comparison: Comparison;
}

export function count(tally: Tally, walked: WalkedPair): void {
  const { ours, reference, comparison } = walked;
  const { verdict } = comparison;
  tally.pairs++;
  tally.frames += ours.frames.length;
  tally.framesByPointer += ours.byPointer;
  tally.ends.set(ours.end, (tally.ends.get(ours.end) ?? 0) + 1);
  if (verdict === 'same' || verdict === 'same-to-copy-end') {
    tally.exact++;
    if (verdict === 'same-to-copy-end') tally.toCopyEnd++;
    return;
  }
  if (verdict === 'reference-failed' || verdict === 'switched-stack') tally.referenceFailed++;
  const key = [verdict, ours.end, reference.end].join('\t');
  const known = tally.differences.get(key);
  if (known) known.count++;
  else {
    const [ourEnd, referenceEnd] = [ours.end, reference.end];
    tally.differences.set(key, { verdict, ourEnd, referenceEnd, count: 1, example: describe(walked) });
  }
}

/** Share of the walks that the reference could judge. */
export function exactShare(tallies: readonly Tally[]): number {
  const judged = sum(tallies, ({ pairs, referenceFailed }) => pairs - referenceFailed);
  return judged === 0 ? NaN : sum(tallies, ({ exact }) => exact) / judged;
}

export function sum(tallies: readonly Tally[], of: (tally: Tally) => number): number {
  return tallies.reduce((total, tally) => total + of(tally), 0);
}

function describe({ pair, ours, reference, comparison }: WalkedPair): string {
  const from = Math.max(0, comparison.common - 1);
  const list = (frames: readonly bigint[]) =>
    frames
      .slice(from, from + SHOWN_FRAMES)
      .map((address) => placeOf(pair.space, address))
      .join(', ');
  const total = ours.frames.length + ours.skipped;
  return (
    `${pair.comm}, ${comparison.common} frames common of ${total} and ${reference.frames.length}: ` +
    `ours ${list(ours.frames)}; reference ${list(reference.frames)}`
  );
}

/** `libc.so.6+0x2724a` by file offset, as the tables are addressed. */
function placeOf(space: RecordedSpace, address: bigint): string {
  const mapping = findMapping(space, address);
  if (!mapping) return `0x${address.toString(16)}`;
  const file = mapping.path.split('/').at(-1) ?? '';
  return `${file}+0x${(address - mapping.start + mapping.offset).toString(16)}`;
}
