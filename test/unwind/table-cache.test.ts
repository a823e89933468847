import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { RuleSet } from '../../src/unwind/rule.ts';
import { TableCache } from '../../src/unwind/table-cache.ts';
import { TableWriter } from '../../src/unwind/table-writer.ts';
import { FixtureFolder } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

let directory: string;
let runs = 0;
beforeEach(() => {
  directory = join(folder.path, `cache-${++runs}`);
});

const TABLE = new TableWriter().finish(new RuleSet(), 0);
const files = (): string[] => readdirSync(directory).sort();

describe('TableCache', () => {
  it('gives back what was put into it, and null for what was not', async () => {
    const cache = new TableCache(directory);
    expect(await cache.read('abcd')).toBeNull();
    await cache.write('abcd', TABLE);
    expect(Buffer.from((await cache.read('abcd'))!).equals(TABLE)).toBe(true);
    expect(await new TableCache(directory).read('abcd')).not.toBeNull();
    expect(cache.bytes).toBe(TABLE.length);
  });

  it.each(['', 'abc', '../../etc', 'a/bcd', 'ABCD', 'abcd.', 'abcd\0', 'a'.repeat(81)])(
    'keeps nothing under the key %j, which is none',
    async (key) => {
      const cache = new TableCache(directory);
      await cache.write(key, TABLE);
      expect(await cache.read(key)).toBeNull();
      expect(existsSync(directory) ? files() : []).toEqual([]);
    },
  );

  it('deletes what was used least recently, when there is too much', async () => {
    const cache = new TableCache(directory, 3 * TABLE.length);
    for (const key of ['aaaa', 'bbbb', 'cccc']) await cache.write(key, TABLE);
    await cache.read('aaaa');
    await cache.write('dddd', TABLE);
    expect(files()).toEqual(['aaaa.unwind', 'cccc.unwind', 'dddd.unwind']);
    expect(cache.bytes).toBe(3 * TABLE.length);
  });

  it('knows from the last run what was used when', async () => {
    const cache = new TableCache(directory);
    for (const key of ['aaaa', 'bbbb', 'cccc']) await cache.write(key, TABLE);
    ['bbbb', 'cccc', 'aaaa'].forEach((key, i) => {
      utimesSync(join(directory, `${key}.unwind`), 1000 + i, 1000 + i);
    });
    await new TableCache(directory, 2 * TABLE.length).read('none');
    expect(files()).toEqual(['aaaa.unwind', 'cccc.unwind']);
  });

  it('writes over a table of the same key, and counts it once', async () => {
    const cache = new TableCache(directory);
    await Promise.all([cache.write('abcd', TABLE), cache.write('abcd', TABLE)]);
    await cache.write('abcd', TABLE);
    expect([files(), cache.bytes]).toEqual([['abcd.unwind'], TABLE.length]);
  });

  it('deletes what is no table', async () => {
    const cache = new TableCache(directory);
    await cache.write('abcd', TABLE);
    writeFileSync(join(directory, 'abcd.unwind'), 'no table');
    expect(await cache.read('abcd')).toBeNull();
    expect([files(), cache.bytes]).toEqual([[], 0]);
  });

  it('cleans up what a killed process left, and leaves other files alone', async () => {
    mkdirSync(directory);
    for (const name of ['abcd.unwind.tmp-123-1', 'README', 'x.unwind']) {
      writeFileSync(join(directory, name), '');
    }
    await new TableCache(directory, 1).read('abcd');
    expect(files()).toEqual(['README', 'x.unwind']);
  });

  it('keeps no table that is larger than all of it may be', async () => {
    const cache = new TableCache(directory, TABLE.length - 1);
    await cache.write('abcd', TABLE);
    expect(await cache.read('abcd')).toBeNull();
  });
});
