// Numbers as the tables show them.

/** `12.3 %`, right-aligned in eight columns. */
export function percentColumn(share: number): string {
  return percent(share).padStart(8);
}

/** `12.3 %`; below a tenth of a percent two places, so that something is not shown as nothing. */
export function percent(share: number): string {
  const value = share * 100;
  return `${value.toFixed(value > 0 && value < 0.095 ? 2 : 1)} %`;
}

/** `+1.23`: percentage points. */
export function signedPoints(share: number): string {
  const points = share * 100;
  const text = Math.abs(points).toFixed(2);
  if (text === '0.00') return text;
  return `${points < 0 ? '-' : '+'}${text}`;
}

/** `0.034`: CPUs busy, that is CPU seconds per second. */
export function cpus(rate: number): string {
  return rate.toFixed(rate < 10 ? 3 : 1);
}
