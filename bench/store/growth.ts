// How the number of distinct stacks grows with the number of samples: as a power of it (Heaps' law).

export interface Growth {
  /** Samples and distinct stacks of the recording. */
  samples: number;
  distinct: number;
  /** Of the power law through the second half of the recording: what doubling the samples adds, as a logarithm to 2. */
  exponent: number;
}

/** `stacks`: one number per sample, in the order of time. */
export function measureGrowth(stacks: ArrayLike<number>): Growth {
  const met = new Set<number>();
  const half = stacks.length >> 1;
  let atHalf = 0;
  for (let row = 0; row < stacks.length; row++) {
    if (row === half) atHalf = met.size;
    met.add(stacks[row]!);
  }
  const exponent = Math.log(met.size / Math.max(1, atHalf)) / Math.log(stacks.length / Math.max(1, half));
  return { samples: stacks.length, distinct: met.size, exponent };
}

/** Distinct stacks after so many samples, were the recording to go on as it did. */
export function extrapolated({ samples, distinct, exponent }: Growth, of: number): number {
  return distinct * (of / samples) ** exponent;
}

/** The power law that leads from the recording to `stacks` distinct ones after `samples`: distinct stacks by samples. */
export function growthTo(
  { samples: fromSamples, distinct }: Growth,
  samples: number,
  stacks: number,
): (of: number) => number {
  const exponent = Math.max(0, Math.log(stacks / distinct) / Math.log(samples / fromSamples));
  return (of) => (of <= fromSamples ? 0 : distinct * (of / fromSamples) ** exponent);
}
