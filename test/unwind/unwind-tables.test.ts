// UnwindTables with its real worker thread, compiled.
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OpenResult } from '../../src/model/object-source.ts';
import { decodeUnwindTable } from '../../src/unwind/unwind-table.ts';
import { UnwindTables, type TableResult, type UnwindTablesOptions } from '../../src/unwind/unwind-tables.ts';
import { FixtureFolder } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
let compiled: URL;
let library: string;

beforeAll(() => {
  compiled = folder.compiled('unwind');
  library = folder.gcc('library.so', 'int twice(int x) { return 2 * x; }', ['-shared', '-fPIC', '-O2']);
});
afterAll(() => folder.remove());

let tables: UnwindTables[] = [];
afterEach(async () => {
  await Promise.all(tables.map((each) => each.close()));
  tables = [];
});

function start(options: Partial<UnwindTablesOptions> = {}): UnwindTables {
  const each = new UnwindTables({ cacheDir: null, workerUrl: new URL('worker.js', compiled), ...options });
  tables.push(each);
  return each;
}

let opened = 0;
let openNow = 0;

/** Opens a path, and counts. */
function open(path: string): () => Promise<OpenResult> {
  return () => {
    const fd = openSync(path, 'r');
    opened++;
    openNow++;
    const close = (): void => {
      openNow--;
      closeSync(fd);
    };
    return Promise.resolve({ ok: true, fd, close });
  };
}

function rowsIn(result: TableResult): number {
  if (!result.ok) throw new Error(result.reason);
  expect(decodeUnwindTable(result.bytes).rowCount).toBe(result.stats.rows);
  return result.stats.rows;
}

/** A worker that does something else than to answer. */
function badWorker(name: string, behaviour: string): URL {
  const script = `import { parentPort } from 'node:worker_threads';
    parentPort.on('message', () => { ${behaviour} });
    parentPort.postMessage('ready');`;
  return pathToFileURL(folder.write(`${name}.mjs`, script));
}

describe('UnwindTables', () => {
  it('compiles the table of an object, and closes what it opened', async () => {
    const result = await start().table({ key: 'aaaa', open: open(library) });
    expect(rowsIn(result)).toBeGreaterThan(3);
    expect(result).toMatchObject({ cached: false });
    expect(openNow).toBe(0);
  });

  it('answers all who ask for one key while it is compiled, having opened it once', async () => {
    const each = start();
    const before = opened;
    const results = await Promise.all([1, 2, 3].map(() => each.table({ key: 'aaaa', open: open(library) })));
    expect(opened - before).toBe(1);
    expect(new Set(results).size).toBe(1);
    await Promise.all(['bbbb', 'cccc', 'dddd'].map((key) => each.table({ key, open: open(library) })));
    expect(opened - before).toBe(4);
    expect(openNow).toBe(0);
  });

  it('finds on disk what was compiled before, without opening the object', async () => {
    const cacheDir = join(folder.path, 'cache');
    const first = await start({ cacheDir }).table({ key: 'abcdef', open: open(library) });
    const before = opened;
    const again = await start({ cacheDir }).table({ key: 'abcdef', open: open(library) });
    expect(opened).toBe(before);
    if (!first.ok || !again.ok) throw new Error('no table');
    expect(again).toMatchObject({ cached: true, stats: first.stats });
    expect(Buffer.from(again.bytes).equals(first.bytes)).toBe(true);
    // The file is the table as it is: the native reader finds nothing else.
    expect(readFileSync(join(cacheDir, 'abcdef.unwind')).equals(first.bytes)).toBe(true);
  });

  it('compiles anew what is damaged on disk', async () => {
    const cacheDir = join(folder.path, 'damaged');
    const first = await start({ cacheDir }).table({ key: 'abcdef', open: open(library) });
    const path = join(cacheDir, 'abcdef.unwind');
    const whole = readFileSync(path);
    for (const bytes of [whole.subarray(0, -1), Buffer.alloc(0), Buffer.concat([whole, whole])]) {
      writeFileSync(path, bytes);
      const result = await start({ cacheDir }).table({ key: 'abcdef', open: open(library) });
      expect(result).toMatchObject({ ok: true, cached: false });
      expect(rowsIn(result)).toBe(rowsIn(first));
      expect(readFileSync(path).equals(whole)).toBe(true);
    }
  });

  it('makes a table where none can be kept, and says so', async () => {
    const errors: string[] = [];
    const cacheDir = folder.write('no-folder', 'a file');
    const each = start({ cacheDir, onCacheError: (error) => errors.push(error.message) });
    expect(rowsIn(await each.table({ key: 'abcdef', open: open(library) }))).toBeGreaterThan(3);
    expect(errors.join()).toMatch(/EEXIST|ENOTDIR/);
  });

  it('tells why there is none', async () => {
    const each = start();
    const text = folder.write('text', 'no program');
    expect(await each.table({ key: 'text', open: open(text) })).toEqual({ ok: false, reason: 'bad-format' });
    const miss = { ok: false, reason: 'no-permission' } as const;
    expect(await each.table({ key: 'miss', open: () => Promise.resolve(miss) })).toEqual(miss);
    const gone = () => Promise.reject(new Error('the sampler is gone'));
    expect(await each.table({ key: 'gone', open: gone })).toEqual({ ok: false, reason: 'no-file' });
    expect(await each.table({ key: 'folder', open: open(folder.path) })).toEqual({
      ok: false,
      reason: 'no-file',
    });
    expect(openNow).toBe(0);
  });

  it('replaces a worker that dies or takes too long, and leaves the object alone then', async () => {
    for (const [name, behaviour, failure, jobTimeoutMs] of [
      ['dies', 'process.exit(1)', 'crashed', 20_000],
      ['hangs', 'for (;;);', 'timeout', 300],
    ] as const) {
      const lost: string[] = [];
      const options = { workerUrl: badWorker(name, behaviour), jobTimeoutMs };
      const each = start({ ...options, onWorkerLost: (reason) => lost.push(reason) });
      expect(await each.table({ key: 'aaaa', open: open(library) })).toEqual({ ok: false, reason: failure });
      expect(lost).toEqual([failure]);
      const before = opened;
      const again = await each.table({ key: 'aaaa', open: open(library) });
      expect([again, opened - before]).toEqual([{ ok: false, reason: 'unreadable' }, 0]);
    }
    while (openNow > 0) await sleep(5); // the descriptor is released when the thread has ended
  });

  it('answers what is under way when it is closed', async () => {
    const each = start({ workerUrl: badWorker('sleeps', 'setInterval(() => {}, 1000)') });
    const results = ['aaaa', 'bbbb', 'cccc'].map((key) => each.table({ key, open: open(library) }));
    await sleep(50);
    await each.close();
    expect(await Promise.all(results)).toEqual(results.map(() => ({ ok: false, reason: 'closed' })));
    while (openNow > 0) await sleep(5);
  });

  it('leaves no half-written file under a name that is read', () => {
    const names = readdirSync(join(folder.path, 'cache'));
    expect(names).toEqual(['abcdef.unwind']);
  });
});
