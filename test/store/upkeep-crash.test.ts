// kill -9 in the middle of sealing, rolling up and deleting: totals stay exact, and no file is left over.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileStore } from './child-store.ts';
import { temporaryDir } from './text-profile.ts';
import { checkAfterKill, startKeeper } from './upkeep-killing.ts';

/** PILOTLIGHT_KILLS=100 for more than CI has time for. */
const ROUNDS = Number(process.env['PILOTLIGHT_KILLS'] ?? 12);

let compiled: Awaited<ReturnType<typeof compileStore>>;
beforeAll(async () => {
  compiled = await compileStore();
});
afterAll(() => compiled.remove());

it(
  'keeps exact totals and no orphans through kills at random moments of upkeep',
  async () => {
    const dataDir = await temporaryDir();
    for (let round = 0; round < ROUNDS; round++) {
      const keeper = startKeeper(compiled.dir, dataDir);
      await keeper.line(/^step /);
      await new Promise((resume) => setTimeout(resume, Math.random() * 400));
      await keeper.kill();
      await checkAfterKill(dataDir, keeper.lines);
    }
    // All kinds of steps were under way, and something is left to count.
    expect((await readdir(join(dataDir, 'blocks'))).length).toBeGreaterThan(0);
    await rm(dataDir, { recursive: true });
  },
  10_000 * ROUNDS,
);
