// What another retention would cost, and which one the limit of size allows.
import type { DiskAccount } from './accounting.ts';
import type { Tier, UpkeepPolicy } from './profile-store.ts';
import { TEN_SECONDS_FOR_MS } from './rolling-up.ts';

const DAY_MS = 86_400_000;
/** Days that people think in. */
const RETENTIONS = [7, 30, 90, 365] as const;

export interface RetentionCost {
  days: number;
  bytes: number;
}

export interface Outlook {
  /** What everything would take in the end, with the retention in force among them; the shortest first. */
  costs: RetentionCost[];
  /** Days after which the limit of size deletes before age does; null where it is never reached. */
  limitDays: number | null;
}

/** A stretch of age, in days, and what each of its days takes. */
interface AgeStretch {
  days: number;
  bytesPerDay: number;
}

/**
 * Should days go on as lately. `hotBytes`: of the database, which stays about as it is. Null before the first block: nothing
 * is known then. A tier that has no block yet is taken to cost as the one before it: at most that.
 */
export function outlookOf(
  { bytesPerDay }: Pick<DiskAccount, 'bytesPerDay'>,
  hotBytes: number,
  {
    rawForMs,
    retentionMs,
    retentionBytes,
  }: Pick<UpkeepPolicy, 'rawForMs' | 'retentionMs' | 'retentionBytes'>,
): Outlook | null {
  const stretches = ageStretches(bytesPerDay, rawForMs);
  if (stretches === null) return null;
  const inForce = retentionMs / DAY_MS;
  const days = [...new Set([...RETENTIONS, inForce])].sort((a, b) => a - b);
  return {
    costs: days.map((each) => ({ days: each, bytes: Math.round(hotBytes + costOf(stretches, each)) })),
    limitDays: daysFor(stretches, retentionBytes - hotBytes),
  };
}

function ageStretches(bytesPerDay: Record<Tier, number | null>, rawForMs: number): AgeStretch[] | null {
  const raw = bytesPerDay.raw ?? bytesPerDay['10s'] ?? bytesPerDay['1min'];
  if (raw === null) return null;
  const tenSeconds = bytesPerDay['10s'] ?? raw;
  const rawDays = rawForMs / DAY_MS;
  return [
    { days: rawDays, bytesPerDay: raw },
    { days: Math.max(0, TEN_SECONDS_FOR_MS / DAY_MS - rawDays), bytesPerDay: tenSeconds },
    { days: Infinity, bytesPerDay: bytesPerDay['1min'] ?? tenSeconds },
  ];
}

function costOf(stretches: readonly AgeStretch[], days: number): number {
  let left = days;
  let bytes = 0;
  for (const stretch of stretches) {
    const part = Math.min(left, stretch.days);
    bytes += part * stretch.bytesPerDay;
    left -= part;
  }
  return bytes;
}

/** For how many days so many bytes last. */
function daysFor(stretches: readonly AgeStretch[], bytes: number): number | null {
  let left = Math.max(0, bytes);
  let days = 0;
  for (const stretch of stretches) {
    const fits = left / stretch.bytesPerDay;
    if (fits <= stretch.days) return Number.isFinite(fits) ? days + fits : null;
    days += stretch.days;
    left -= stretch.days * stretch.bytesPerDay;
  }
  return null;
}
