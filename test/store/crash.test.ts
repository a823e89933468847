// What a kill -9 leaves: everything that was acknowledged, and a ledger that agrees with the rows.
import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileStore, startChild } from './child-store.ts';
import { EVER, openAt, temporaryDir } from './text-profile.ts';

let compiled: Awaited<ReturnType<typeof compileStore>>;
beforeAll(async () => {
  compiled = await compileStore();
});
afterAll(() => compiled.remove());

const APPEND_FOREVER = `
  const before = (await store.ledger('session'))[0]?.stored ?? 0;
  for (let stored = before + 3; ; stored += 3) {
    await store.append(textBatch('main  main\\na     b\\n2     1'), ledgerOf(stored));
    console.log('acknowledged ' + stored);
  }`;

it('keeps every acknowledged append through kills at any moment, and the ledger equals the rows', async () => {
  const dataDir = await temporaryDir();
  for (const appends of [1, 7, 40]) {
    const child = startChild(compiled.dir, dataDir, APPEND_FOREVER);
    await child.line(/^acknowledged /, appends);
    await child.kill();
    const acknowledged = Number(child.lines.at(-1)!.split(' ')[1]);

    const store = await openAt(dataDir);
    const { samples } = await store.usage();
    const [row] = await store.ledger('session');
    expect(samples).toBeGreaterThanOrEqual(acknowledged);
    expect(row!.stored).toBe(samples);
    const table = await store.stacks([], EVER);
    expect([...table.count]).toEqual([(samples / 3) * 2, samples / 3]);
    await store.close();
  }
  await rm(dataDir, { recursive: true });
});
