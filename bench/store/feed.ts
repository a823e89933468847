// Appends a day to a store, batch by batch, keeps it in order as the service does, and tells what of the time was the
// store's.
import type { ProfileStore, UpkeepPolicy } from '../../src/store/profile-store.ts';
import type { Day, DayBatch } from './day.ts';

export interface Fed {
  samples: number;
  appends: number;
  /** In `ProfileStore.append`, s. */
  storeSeconds: number;
  /** In `ProfileStore.maintain`, s, and the steps that it took. */
  upkeepSeconds: number;
  upkeepSteps: number;
  /** Making the samples, s. */
  makingSeconds: number;
}

const HOUR_MS = 3_600_000;
/** As `serve` does by default, but for what is deleted: nothing. */
const POLICY: UpkeepPolicy = {
  rawForMs: 24 * HOUR_MS,
  retentionMs: 1e6 * HOUR_MS,
  retentionBytes: Number.MAX_SAFE_INTEGER,
};

export interface FeedOptions {
  /** No more samples than that; all that the day still has by default. */
  limit?: number;
  /** Sees each batch after it is stored. */
  onBatch?: (batch: DayBatch) => void;
}

/** `rows`: samples per append. */
export async function feed(
  store: ProfileStore,
  day: Day,
  rows: number,
  { limit = Infinity, onBatch }: FeedOptions = {},
): Promise<Fed> {
  const fed = { samples: 0, appends: 0, storeSeconds: 0, upkeepSeconds: 0, upkeepSteps: 0, makingSeconds: 0 };
  let hour = 0;
  for (;;) {
    const began = performance.now();
    const next = day.next(Math.min(rows, limit - fed.samples));
    if (next === null) return fed;
    const made = performance.now();
    await store.append(next.batch, next.ledger, next.symbols);
    fed.storeSeconds += (performance.now() - made) / 1000;
    fed.makingSeconds += (made - began) / 1000;
    fed.samples += next.batch.samples.length;
    fed.appends++;
    onBatch?.(next);
    const lastMs = next.batch.samples.timeMs.at(-1)!;
    if (Math.floor(lastMs / HOUR_MS) === hour) continue;
    hour = Math.floor(lastMs / HOUR_MS);
    await keepInOrder(store, lastMs, fed);
  }
}

/** All the upkeep that there is at a moment of the day. */
export async function keepInOrder(
  store: ProfileStore,
  nowMs: number,
  spent: Pick<Fed, 'upkeepSeconds' | 'upkeepSteps'>,
): Promise<void> {
  const began = performance.now();
  while ((await store.maintain(nowMs, POLICY)) !== null) spent.upkeepSteps++;
  spent.upkeepSeconds += (performance.now() - began) / 1000;
}

export function perSecond({ samples, storeSeconds }: Fed): number {
  return samples / storeSeconds;
}
