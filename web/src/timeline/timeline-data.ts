// From the server's series to the layers that the timeline draws. No DOM here.
import type { SeriesBody } from '../api.ts';

/** One value of the label, over time. */
export interface Layer {
  /** '' holds samples without a value and those of values beyond the limit. */
  value: string;
  /** CPUs busy per bin; null where nothing was sampled. */
  cpus: (number | null)[];
}

export interface TimelineData {
  fromMs: number;
  stepMs: number;
  /** Largest first, the rest last. */
  layers: Layer[];
  /** Sum of the layers per bin; null where nothing was sampled. */
  total: (number | null)[];
}

export interface SamplingFacts {
  /** Samples of the whole host per bin, whatever the selector. */
  hostCounts: readonly number[];
  /** Oldest stored sample; null while nothing is stored, undefined while not known. */
  oldestMs: number | null | undefined;
  nowMs: number;
}

/** The store is flushed at least this often: what is younger may still be on its way. */
const FLUSH_MS = 5000;

/**
 * A host that is sampled has a sample at least this often: the profiler itself runs several times a second.
 * A shorter stretch without any may be chance.
 */
const SILENCE_MS = 10_000;

/** Which bins show nothing because nothing was sampled, rather than because nothing ran. */
export function gaps(bins: { fromMs: number; stepMs: number }, facts: SamplingFacts): boolean[] {
  const { hostCounts, oldestMs, nowMs } = facts;
  const oldest = oldestMs ?? -Infinity;
  const gap = hostCounts.map((_, i) => {
    const untilMs = bins.fromMs + (i + 1) * bins.stepMs;
    return untilMs <= oldest || untilMs > nowMs - FLUSH_MS;
  });
  const longest = Math.max(1, Math.ceil(SILENCE_MS / bins.stepMs));
  for (let start = 0; start < hostCounts.length; start++) {
    let end = start;
    while (end < hostCounts.length && hostCounts[end] === 0) end++;
    if (end - start >= longest) gap.fill(true, start, end);
    start = Math.max(start, end);
  }
  return gap;
}

export function timelineData(body: SeriesBody, facts: SamplingFacts): TimelineData {
  const { fromMs, stepMs, steps } = body;
  const gap = gaps(body, facts);
  const cpusOf = (weightNs: readonly number[]) =>
    Array.from({ length: steps }, (_, i) => (gap[i] === true ? null : (weightNs[i] ?? 0) / (stepMs * 1e6)));
  const layers = body.series.map(({ value, weightNs }) => ({ value, cpus: cpusOf(weightNs) }));
  layers.sort((a, b) => Number(a.value === '') - Number(b.value === ''));
  const total = Array.from({ length: steps }, (_, i) =>
    gap[i] === true ? null : layers.reduce((sum, { cpus }) => sum + (cpus[i] ?? 0), 0),
  );
  return { fromMs, stepMs, layers, total };
}

/** Samples per bin over all series: with no selector in force, those of the whole host. */
export function countsOf({ series, steps }: SeriesBody): number[] {
  return Array.from({ length: steps }, (_, i) => series.reduce((sum, { count }) => sum + (count[i] ?? 0), 0));
}

/** The bin a time lies in; undefined outside. */
export function binAt({ fromMs, stepMs, total }: TimelineData, ms: number): number | undefined {
  const bin = Math.floor((ms - fromMs) / stepMs);
  return bin >= 0 && bin < total.length ? bin : undefined;
}

export interface LayerValue {
  layer: number;
  value: string;
  cpus: number;
}

/** Layers of a bin that use CPU time, largest first. */
export function layersAt({ layers }: TimelineData, bin: number): LayerValue[] {
  return layers
    .map(({ value, cpus }, layer) => ({ layer, value, cpus: cpus[bin] ?? 0 }))
    .filter(({ cpus }) => cpus > 0)
    .sort((a, b) => b.cpus - a.cpus);
}

/**
 * CPUs busy on average per layer over a window; what was not sampled in it counts as nothing, as it does in the
 * window's totals, but for its end that is not stored yet.
 */
export function layerMeans(data: TimelineData, fromMs: number, untilMs: number): number[] {
  const last = data.total.findLastIndex((total) => total !== null);
  const end = Math.min(untilMs, data.fromMs + (last + 1) * data.stepMs);
  const overlap = (bin: number) => {
    const startMs = data.fromMs + bin * data.stepMs;
    return Math.max(0, Math.min(end, startMs + data.stepMs) - Math.max(fromMs, startMs));
  };
  return data.layers.map(({ cpus }) =>
    end <= fromMs
      ? 0
      : cpus.reduce<number>((sum, value, bin) => sum + (value ?? 0) * overlap(bin), 0) / (end - fromMs),
  );
}

/** Top of the axis: all CPUs of the host, or a round number above the highest bin. */
export function axisTop({ total }: TimelineData, cpus: number | undefined, scale: 'cpus' | 'peak'): number {
  const peak = Math.max(0, ...total.map((value) => value ?? 0));
  if (scale === 'cpus' && cpus !== undefined) return Math.max(cpus, peak);
  if (peak === 0) return cpus ?? 1;
  const unit = 10 ** Math.floor(Math.log10(peak * 1.05));
  return unit * ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((n) => n * unit >= peak * 1.05) ?? 10);
}
