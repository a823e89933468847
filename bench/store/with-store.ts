// Stores as the service opens them.
import { openStore } from '../../src/store/duckdb-store.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';

/** `serve --memory-limit`. */
export const MEMORY_LIMIT_BYTES = 256e6;

/** Closes the store when the work is done: all of it is in files then. */
export async function withStore<T>(dataDir: string, work: (store: ProfileStore) => Promise<T>): Promise<T> {
  const store = await openStore({ dataDir, memoryLimitBytes: MEMORY_LIMIT_BYTES, hostLabel: 'bench' });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
