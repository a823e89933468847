// Upkeep by a clock of the test's own.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Block, ProfileStore, UpkeepPolicy, UpkeepStep } from '../../src/store/profile-store.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A day's beginning, so that hours and days of tests are whole. */
export const DAY_0 = Date.UTC(2026, 2, 2);

export const KEEP_ALL: UpkeepPolicy = {
  rawForMs: 1e6 * DAY_MS,
  retentionMs: 1e6 * DAY_MS,
  retentionBytes: Infinity,
};
export const ROLL_UP: UpkeepPolicy = { ...KEEP_ALL, rawForMs: DAY_MS };

/** Steps until there is nothing left to do. */
export async function maintainAll(
  store: ProfileStore,
  nowMs: number,
  policy: UpkeepPolicy = KEEP_ALL,
): Promise<UpkeepStep[]> {
  const steps: UpkeepStep[] = [];
  for (;;) {
    const step = await store.maintain(nowMs, policy);
    if (step === null) return steps;
    steps.push(step);
    if (steps.length > 200) throw new Error(`upkeep does not end: ${step.what}`);
  }
}

export function fileOf(dataDir: string, { id }: Block, name = 'samples.parquet'): string {
  return join(dataDir, 'blocks', id, name);
}

/** Turns one bit in the middle of a file. */
export async function flipBit(path: string, bytes: Buffer): Promise<void> {
  const damaged = Buffer.from(bytes);
  const middle = Math.floor(bytes.length / 2);
  damaged[middle] = damaged[middle]! ^ 0x10;
  await writeFile(path, damaged);
}
