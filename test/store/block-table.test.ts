// States of blocks that must not follow each other.
import { rm } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { announceBlock, changeState, markBroken, readBlocks } from '../../src/store/block-table.ts';
import { HotDatabase } from '../../src/store/hot-database.ts';
import { temporaryDir } from './text-profile.ts';

it('leaves a block gone that is found broken afterwards: mended, it would count its samples twice', async () => {
  const dataDir = await temporaryDir();
  const tell = () => undefined;
  const database = await HotDatabase.open({ dataDir, memoryLimitBytes: 64 * 2 ** 20, readOnly: false, tell });
  const stateOf = async () => (await database.read(readBlocks)).map(({ state, reason }) => [state, reason]);
  await database.write(async (statements) => {
    await announceBlock(statements, 'a', 'raw');
    await changeState(statements, 'a', 'gone');
    await markBroken(statements, 'a', 'missing');
  });
  expect(await stateOf()).toEqual([['gone', '']]);
  await database.write(async (statements) => {
    await changeState(statements, 'a', 'live');
    await markBroken(statements, 'a', 'missing');
  });
  expect(await stateOf()).toEqual([['broken', 'missing']]);
  await database.close();
  await rm(dataDir, { recursive: true });
});
