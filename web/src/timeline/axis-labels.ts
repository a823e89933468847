// What stands at the ticks of the timeline's axes.

const pad = (n: number) => String(n).padStart(2, '0');
const SECOND = 1000;
const DAY = 86_400_000;

/** Local times, as fine as the distance of the ticks asks for; midnight is told by its date. */
export function timeTicks(splitsMs: readonly number[], stepMs: number): string[] {
  return splitsMs.map((ms) => {
    const date = new Date(ms);
    const midnight = date.getHours() + date.getMinutes() + date.getSeconds() + date.getMilliseconds() === 0;
    if (stepMs >= DAY || midnight) return `${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
    const minutes = `${pad(date.getHours())}:${pad(date.getMinutes())}`;
    if (stepMs >= 60 * SECOND) return minutes;
    const seconds = `${minutes}:${pad(date.getSeconds())}`;
    if (stepMs >= SECOND) return seconds;
    return `${seconds}.${String(date.getMilliseconds()).padStart(3, '0').slice(0, 1)}`;
  });
}

/** Three or four ticks from 0 to the top, whole CPUs where there are enough of them. */
export function cpuTicks(top: number): number[] {
  const pieces = [4, 3, 2].find((n) => Number.isInteger(top / n)) ?? 2;
  return Array.from({ length: pieces + 1 }, (_, i) => (top * i) / pieces);
}

/** `2`, `0.5`, `0.05`: as many digits as tell the ticks apart. */
export function cpuLabel(cpus: number): string {
  return String(Number(cpus.toPrecision(3)));
}
