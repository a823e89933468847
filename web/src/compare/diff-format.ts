// Changes for people: with their sign, in the unit of the comparison.
import { formatDuration } from '../format.ts';
import type { Normalization } from './diff-body.ts';

/** U+2212: as wide as the plus. */
const MINUS = '−';

export const CHANGE_UNITS: Readonly<Record<Normalization, string>> = {
  share: 'points',
  'core-seconds': 'CPUs',
  none: 'CPU time',
};

/** `+10.0`, `−0.35`, `0`: percentage points of a difference of shares; what is there is never shown as zero. */
export function formatPoints(difference: number): string {
  const points = Math.abs(difference) * 100;
  if (points === 0) return '0';
  const sign = difference < 0 ? MINUS : '+';
  return `${sign}${points < 0.01 ? '< 0.01' : points.toFixed(points < 0.995 ? 2 : 1)}`;
}

/** CPUs busy on average: `1.25`, `0.042`. */
export function formatCpus(cpus: number): string {
  if (cpus === 0) return '0';
  if (cpus < 0.001) return '< 0.001';
  return cpus.toFixed(cpus < 0.0995 ? 3 : 2);
}

export function formatChange(change: number, normalize: Normalization): string {
  if (normalize === 'share') return formatPoints(change);
  if (change === 0) return '0';
  const sign = change < 0 ? MINUS : '+';
  const size = Math.abs(change);
  return `${sign}${normalize === 'none' ? formatDuration(size) : formatCpus(size)}`;
}

/** `×3.00`, `×0.33`; undefined where one side has nothing. */
export function formatFactor(before: number, after: number): string | undefined {
  if (before === 0 || after === 0) return undefined;
  const factor = after / before;
  return `×${factor.toFixed(factor < 9.995 ? 2 : factor < 99.95 ? 1 : 0)}`;
}
