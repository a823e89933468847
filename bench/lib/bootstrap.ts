// Bootstrap intervals: of figures whose values are far from normally distributed.
import type { Interval } from './interval.ts';
import { mean } from './interval.ts';
import { generator } from './random.ts';
import { quantile } from './timings.ts';

const RESAMPLES = 1000;

/** `a`'s mean in `b`'s, with its 95 % percentile interval. The same values give the same interval. */
export function ratioOfMeans(a: readonly number[], b: readonly number[]): Interval {
  const random = generator(a.length * 31 + b.length);
  const ratios = Array.from({ length: RESAMPLES }, () => resampledMean(a, random) / resampledMean(b, random));
  const n = Math.min(a.length, b.length);
  return { mean: mean(a) / mean(b), low: quantile(ratios, 0.025), high: quantile(ratios, 0.975), n };
}

function resampledMean(values: readonly number[], random: () => number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!;
  return sum / values.length;
}
