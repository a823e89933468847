// A child process that appends, seals, rolls up and deletes without end, and what must hold after it was killed.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Child } from './child-store.ts';
import { startChild } from './child-store.ts';
import { EVER, openAt } from './text-profile.ts';
import { DAY_0, HOUR_MS } from './upkeep-steps.ts';

/** Samples of one append; every hour of the child's clock has four appends. */
const SAMPLES = 60;
const APPENDS_PER_HOUR = 4;
/** The child keeps every sample for 4 h, and blocks for 40 h of its own time. */
const RAW_FOR_HOURS = 4;
const RETENTION_HOURS = 40;

/**
 * Its clock runs on from one child to the next: it goes by the number of samples that its ledger says were stored. It
 * says `acknowledged N` after each append and `step KIND` after each step of upkeep.
 */
const KEEP = `
  const HOUR = ${HOUR_MS};
  const policy = { rawForMs: ${RAW_FOR_HOURS} * HOUR, retentionMs: ${RETENTION_HOURS} * HOUR, retentionBytes: 1e12 };
  let stored = (await store.ledger('session'))[0]?.stored ?? 0;
  for (;;) {
    const appends = stored / ${SAMPLES};
    const timeMs = ${DAY_0} + (appends / ${APPENDS_PER_HOUR}) * HOUR;
    stored += ${SAMPLES};
    await store.append(textBatch('main  main  main\\na     b     c\\n30    20    10', { timeMs }), ledgerOf(stored));
    console.log('acknowledged ' + stored);
    for (let step; (step = await store.maintain(timeMs, policy)) !== null; ) console.log('step ' + step.did);
    if (appends % 20 === 0) await store.sweep();
  }`;

export function startKeeper(compiled: string, dataDir: string): Child {
  return startChild(compiled, dataDir, KEEP);
}

/** Opens the store and compares it with its own ledger, minus the whole hours that were deleted. */
export async function checkAfterKill(dataDir: string, lines: readonly string[]): Promise<void> {
  const acknowledged = Number(lines.findLast((line) => line.startsWith('acknowledged '))?.split(' ')[1] ?? 0);
  const store = await openAt(dataDir);
  try {
    const stored = (await store.ledger('session'))[0]!.stored;
    expect(stored).toBeGreaterThanOrEqual(acknowledged);
    const usage = await store.usage();
    expect(usage.brokenBlocks).toBe(0);
    // Blocks of whole hours are deleted, and nothing else: what is left begins with one.
    const firstHour = Math.floor((usage.oldestMs! - DAY_0) / HOUR_MS);
    const left = stored - firstHour * APPENDS_PER_HOUR * SAMPLES;
    const table = await store.stacks([], EVER);
    const names = table.locationFrames.flatMap((frames) => frames.map(({ name }) => name));
    expect(names.filter((name) => ['[lost stack]', '[unknown]'].includes(name))).toEqual([]);
    const byWeight = [...table.count].sort((a, b) => b - a);
    expect(byWeight).toEqual([left / 2, left / 3, left / 6]);
    expect(usage.samples).toBe(left);
    const blocks = (await store.blocks()).map(({ id }) => id).sort();
    expect((await readdir(join(dataDir, 'blocks')).catch(() => [])).sort()).toEqual(blocks);
  } finally {
    await store.close();
  }
  expect((await readdir(dataDir)).filter((name) => name.endsWith('.new'))).toEqual([]);
}
