import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SharedSnapshot } from '../../src/sql/shared-snapshot.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { until } from '../support/programs.ts';

const KEEP_MS = 10_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilotlight-snapshots-'));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

/** Snapshots are told apart by their numbers; those in `refused` fail. */
function numbered(refused: readonly number[] = []): SharedSnapshot {
  let taken = 0;
  const snapshot = (directory: string) => {
    taken++;
    return refused.includes(taken)
      ? Promise.reject(new StoreError('no-space', 'no room'))
      : Promise.resolve({ database: join(directory, 'hot.duckdb'), blocks: '', takenMs: taken });
  };
  return new SharedSnapshot({ snapshot }, folder);
}

const number = (shared: SharedSnapshot) => shared.use(({ takenMs }) => Promise.resolve(takenMs));

async function gone(path: string): Promise<void> {
  vi.useRealTimers();
  await until('the folder has gone', 10_000, () => !existsSync(path));
}

describe('SharedSnapshot', () => {
  it('is taken once for all who come within its time', async () => {
    const shared = numbered();
    expect(await Promise.all([number(shared), number(shared)])).toEqual([1, 1]);
    vi.advanceTimersByTime(KEEP_MS - 1);
    expect(await number(shared)).toBe(1);
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is taken anew afterwards, and the old one is removed', async () => {
    const shared = numbered();
    await number(shared);
    const [old] = await readdir(folder);
    vi.advanceTimersByTime(KEEP_MS);
    expect(await number(shared)).toBe(2);
    await gone(join(folder, old!));
  });

  it('stays as long as somebody uses it', async () => {
    const shared = numbered();
    let leave!: () => void;
    const stay = new Promise<void>((resolve) => (leave = resolve));
    let directory = '';
    const using = shared.use(async ({ database }) => {
      directory = join(database, '..');
      await stay;
    });
    await number(shared);
    vi.advanceTimersByTime(KEEP_MS);
    expect(await number(shared)).toBe(2);
    expect(existsSync(directory)).toBe(true);
    leave();
    await using;
    expect(existsSync(directory)).toBe(false);
  });

  it('that cannot be taken is tried again for the next who comes, and leaves nothing', async () => {
    const shared = numbered([1]);
    const both = await Promise.allSettled([number(shared), number(shared)]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await readdir(folder)).toEqual([]);
    expect(await number(shared)).toBe(2);
  });
});
