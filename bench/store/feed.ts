// Appends a day to a store, batch by batch, and tells what of the time was the store's.
import type { ProfileStore } from '../../src/store/profile-store.ts';
import type { Day, DayBatch } from './day.ts';

export interface Fed {
  samples: number;
  appends: number;
  /** In `ProfileStore.append`, s. */
  storeSeconds: number;
  /** Making the samples, s. */
  makingSeconds: number;
}

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
  const fed: Fed = { samples: 0, appends: 0, storeSeconds: 0, makingSeconds: 0 };
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
  }
}

export function perSecond({ samples, storeSeconds }: Fed): number {
  return samples / storeSeconds;
}
