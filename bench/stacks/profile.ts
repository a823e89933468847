// A profile as it is compared: how many stacks are whole, and what share each function has of all of them.
import type { CodeFiles } from '../lib/code-file.ts';
import type { PerfFrame, PerfStack } from '../lib/perf-script.ts';
import { isKernel } from '../lib/perf-script.ts';

export interface PerfProfile {
  samples: number;
  /** Share of the samples whose stack reaches the root. */
  whole: number;
  /** Functions of files, by name: share of the samples that have them anywhere in their stack. */
  inclusive: ReadonlyMap<string, number>;
  pids: ReadonlySet<number>;
}

/**
 * `returnAddresses`: callers are given by where they are returned to, as in the kernel's own walks; perf's DWARF walks
 * give the calls.
 */
export async function perfProfile(
  stacks: AsyncIterable<PerfStack> | Iterable<PerfStack>,
  files: CodeFiles,
  returnAddresses: boolean,
): Promise<PerfProfile> {
  const pids = new Set<number>();
  const counts = new Map<string, number>();
  let samples = 0;
  let roots = 0;
  for await (const { pid, frames } of stacks) {
    pids.add(pid);
    samples++;
    const user = callsOf(
      frames.filter((frame) => !isKernel(frame)),
      returnAddresses,
    );
    const last = user.at(-1);
    if (last && files.at(last.path)?.isRoot(last.offset) === true) roots++;
    for (const name of new Set(namesOf(user, files))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const inclusive = new Map([...counts].map(([name, count]) => [name, count / samples]));
  return { samples, whole: roots / samples, inclusive, pids };
}

function callsOf(frames: readonly PerfFrame[], returnAddresses: boolean): readonly PerfFrame[] {
  if (!returnAddresses) return frames;
  return frames.map((frame, i) => (i === 0 ? frame : { ...frame, offset: frame.offset - 1 }));
}

function namesOf(frames: readonly PerfFrame[], files: CodeFiles): string[] {
  return frames.flatMap(({ path, offset }) => {
    const file = files.at(path);
    return file ? [file.nameAt(offset)] : [];
  });
}

export interface Disagreement {
  name: string;
  ours: number;
  theirs: number;
}

export interface Agreement {
  /** Functions that have at least so much in one of the two. */
  compared: number;
  /** Largest first. */
  beyond: Disagreement[];
  /** The largest difference of all. */
  largest: Disagreement | null;
}

/** What two profiles are compared by. */
export interface Comparing {
  /** Share from which on a function counts. */
  least: number;
  /** Difference of shares that is none. */
  tolerance: number;
  /** Samples that the shares are of. */
  samples: { ours: number; theirs: number };
}

/** Beyond: further apart than the tolerance even at the near end of the difference's 95 % interval. */
export function agreement(
  ours: ReadonlyMap<string, number>,
  theirs: ReadonlyMap<string, number>,
  { least, tolerance, samples }: Comparing,
): Agreement {
  const names = new Set([...ours.keys(), ...theirs.keys()]);
  const found = [...names]
    .map((name) => ({ name, ours: ours.get(name) ?? 0, theirs: theirs.get(name) ?? 0 }))
    .filter((row) => Math.max(row.ours, row.theirs) >= least)
    .sort((a, b) => differenceOf(b) - differenceOf(a));
  const noise = (row: Disagreement) =>
    Z_975 * Math.hypot(deviation(row.ours, samples.ours), deviation(row.theirs, samples.theirs));
  return {
    compared: found.length,
    beyond: found.filter((row) => differenceOf(row) - noise(row) > tolerance),
    largest: found[0] ?? null,
  };
}

export function differenceOf({ ours, theirs }: Disagreement): number {
  return Math.abs(ours - theirs);
}

const Z_975 = 1.96;

/** Standard deviation of a share of independent samples. */
function deviation(share: number, samples: number): number {
  const bounded = Math.min(1, Math.max(0, share));
  return Math.sqrt((bounded * (1 - bounded)) / Math.max(1, samples));
}
