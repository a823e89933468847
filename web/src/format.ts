// Numbers and times for people.

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export function formatCount(count: number): string {
  return grouped.format(count);
}

/** Three digits that matter, then the unit: `12.3 ms`, `4.56 s`, `12 m 34 s`, `3 h 05 m`. */
export function formatDuration(ns: number): string {
  // Half a last digit below each unit: what would be rounded up to 1000 takes the next one.
  if (ns < 999.5) return `${Math.round(ns)} ns`;
  if (ns < 999.5e3) return `${threeDigits(ns / 1e3)} µs`;
  if (ns < 999.5e6) return `${threeDigits(ns / 1e6)} ms`;
  if (ns < 59.95e9) return `${threeDigits(ns / 1e9)} s`;
  const seconds = Math.round(ns / 1e9);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} m`;
}

function threeDigits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0);
}

/** `12.3 %`; what is there but too small to show is never shown as zero. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent === 0) return '0 %';
  if (percent < 0.01) return '< 0.01 %';
  return `${percent.toFixed(percent < 1 ? 2 : 1)} %`;
}

/** Local time, with the date where it is not today's. */
export function formatTime(ms: number, nowMs: number): string {
  const date = new Date(ms);
  const time = date.toLocaleTimeString('en-GB');
  const sameDay = date.toDateString() === new Date(nowMs).toDateString();
  return sameDay ? time : `${date.toLocaleDateString('en-CA')} ${time}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`;
  if (bytes < 1e9) return `${Math.round(bytes / 1e6)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
