// What samples of one kind cost: of one load, in user mode or in the kernel.
import type { Interval } from '../lib/interval.ts';
import { mean } from '../lib/interval.ts';
import { ratioOfMeans } from '../lib/bootstrap.ts';
import { quantile } from '../lib/timings.ts';
import type { CostPair } from './samplers.ts';
import type { CostSample } from './tap.ts';

/** Times in the BPF program, µs. */
export interface Cost {
  samples: number;
  mean: number;
  median: number;
  p99: number;
  max: number;
  /** Mean number of user frames. */
  frames: number;
  /** Samples whose stack was copied for the drain. */
  copied: number;
}

export interface CostComparison {
  ours: Cost;
  peer: Cost;
  /** Of the means. */
  ratio: Interval;
}

const micros = (samples: readonly CostSample[]) => samples.map(({ busyNs }) => busyNs / 1000);

export function costOf(samples: readonly CostSample[]): Cost {
  const times = micros(samples);
  return {
    samples: samples.length,
    mean: mean(times),
    median: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    max: times.reduce((most, time) => Math.max(most, time), times.length === 0 ? NaN : 0),
    frames: mean(samples.flatMap(({ frames }) => frames ?? [])),
    copied: samples.filter(({ copied }) => copied).length,
  };
}

/** null where one of the two has too few samples to be compared. */
export function compare({ ours, peer }: CostPair, userMode: boolean): CostComparison | null {
  const [a, b] = [ours, peer].map((all) => all.filter((sample) => sample.userMode === userMode));
  if (a!.length < FEWEST || b!.length < FEWEST) return null;
  return { ours: costOf(a!), peer: costOf(b!), ratio: ratioOfMeans(micros(a!), micros(b!)) };
}

/** Samples below which a mean says nothing. */
const FEWEST = 20;

/** What the samples are that took longest, longest first. */
export function slowest(samples: readonly CostSample[], count: number): CostSample[] {
  return [...samples].sort((a, b) => b.busyNs - a.busyNs).slice(0, count);
}
