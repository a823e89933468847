import { createHash } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BLOCK_FORMAT } from '../../src/store/block-manifest.ts';
import type { StoredBlock } from '../../src/store/block-table.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { SCHEMA_VERSION } from '../../src/store/schema.ts';
import { StoreError } from '../../src/store/store-error.ts';
import { compileStore, startChild } from './child-store.ts';
import { makeVersion, makeVersion6, makeVersion7 } from './older-versions.ts';
import {
  EVER,
  executeOn,
  ledgerOf,
  openAt,
  temporaryDir,
  testLocation,
  textBatch,
  textSymbols,
} from './text-profile.ts';
import { DAY_0, HOUR_MS, maintainAll } from './upkeep-steps.ts';

let dataDir: string;
beforeEach(async () => {
  dataDir = await temporaryDir();
  return () => rm(dataDir, { recursive: true });
});

/** Names and hashes of all files: what "nothing was touched" is compared by. */
async function content(): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(dataDir, join(parentPath, name)))
    .sort();
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(join(dataDir, file));
      return `${file} ${createHash('sha256').update(bytes).digest('hex')}`;
    }),
  );
}

async function openingError(path = dataDir): Promise<StoreError> {
  const error: unknown = await openAt(path).then(
    async (store) => {
      await store.close();
      return new Error('it opened');
    },
    (reason: unknown) => reason,
  );
  if (!(error instanceof StoreError)) throw error;
  expect(error.message).not.toMatch(/\n|\bat .*:\d+:\d+/);
  return error;
}

function countsOf({ count, stackIds }: StackTable): Map<bigint, number> {
  return new Map(Array.from(stackIds!, (id, row) => [id, count[row]!]));
}

async function formatsOf(store: ProfileStore): Promise<number[]> {
  return (await store.blocks()).map((block) => (block as StoredBlock).format);
}

async function fill(): Promise<void> {
  const store = await openAt(dataDir);
  await store.append(textBatch('main\n5'), ledgerOf(5));
  await store.close();
}

describe('openStore', () => {
  it('makes the directory and keeps what is stored when opened again', async () => {
    const inner = join(dataDir, 'a', 'b');
    let store = await openAt(inner);
    await store.append(textBatch('main\n5'), ledgerOf(5));
    await store.close();
    store = await openAt(inner);
    expect(await store.usage()).toMatchObject({ samples: 5, stacks: 1 });
    expect(await store.ledger('session')).toEqual(ledgerOf(5));
    await store.close();
    expect(await readFile(join(inner, 'VERSION'), 'utf8')).toBe(`${SCHEMA_VERSION}\n`);
  });

  it('takes over a directory of version 1, without the accounts of its sampling sessions', async () => {
    await fill();
    await makeVersion(
      dataDir,
      1,
      `ALTER TABLE samples DROP COLUMN walk;
       ALTER TABLE symbols DROP COLUMN tier;
       DROP TABLE object_names;
       DROP TABLE ledger;
       CREATE TABLE ledger (session VARCHAR, cpu USMALLINT, stored UBIGINT, consumed UBIGINT, losses VARCHAR);
       INSERT INTO ledger VALUES ('session', 0, 5, 5, '{}')`,
    );
    const before = await content();
    const reader = await openAt(dataDir, true);
    expect(await reader.usage()).toMatchObject({ samples: 5, stacks: 1 });
    expect((await reader.stacks([], EVER)).count).toEqual(Float64Array.of(5));
    expect(await reader.incompleteObjects(10, 0n)).toEqual([]);
    await reader.close();
    expect(await content()).toEqual(before);

    const store = await openAt(dataDir);
    expect(await store.ledger('session')).toEqual([]);
    await store.append(textBatch('main\n2'), ledgerOf(2, 'later'));
    expect(await store.usage()).toMatchObject({ samples: 7, stacks: 1 });
    expect(await store.ledger('later')).toEqual(ledgerOf(2, 'later'));
    await store.close();
    expect(await readFile(join(dataDir, 'VERSION'), 'utf8')).toBe(`${SCHEMA_VERSION}\n`);
  });

  it('takes over a directory of version 3, whose names were never given again', async () => {
    await fill();
    await makeVersion(dataDir, 3, 'DROP TABLE object_names; ALTER TABLE symbols DROP COLUMN tier');
    const reader = await openAt(dataDir, true);
    expect(await reader.usage()).toMatchObject({ samples: 5, stacks: 1 });
    await reader.close();

    const store = await openAt(dataDir);
    const { location, object } = testLocation('main');
    const noFile = { location: location.id, result: { ok: false, reason: 'no-file' } } as const;
    await store.appendSymbols([noFile]);
    expect(await store.incompleteObjects(10, 0n)).toMatchObject([
      { version: null, unread: 1, unreadThen: 0 },
    ]);
    await store.appendSymbols([], { object: object.id, version: 'v1', unread: 1 });
    expect(await store.incompleteObjects(10, 0n)).toMatchObject([{ version: 'v1', unreadThen: 1 }]);
    await store.close();
    expect(await readFile(join(dataDir, 'VERSION'), 'utf8')).toBe(`${SCHEMA_VERSION}\n`);
  });

  it('copies a directory of version 5 before it takes it over', async () => {
    await fill();
    await makeVersion(
      dataDir,
      5,
      `DROP TABLE blocks; DROP TABLE pins; DELETE FROM meta WHERE key = 'store_id'`,
    );
    const before = await content();
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const store = await openAt(dataDir);
    expect(await store.usage()).toMatchObject({ samples: 5, stacks: 1, hotRows: 5 });
    expect(await store.blocks()).toEqual([]);
    await store.close();
    const [backup] = (await readdir(dataDir)).filter((name) => name.startsWith('backup-'));
    expect(backup).toMatch(/^backup-v5-\d{8}T\d{6}Z$/);
    expect(said.mock.calls).toEqual([
      [
        expect.stringMatching(
          new RegExp(`holds data of format 5 .* a copy of it as it was is in .*/${backup}, and may`),
        ),
      ],
    ]);
    said.mockRestore();
    // The copy opens with the version that wrote it, and holds what was there.
    await rm(join(dataDir, 'hot.duckdb'));
    await cp(join(dataDir, backup!, 'hot.duckdb'), join(dataDir, 'hot.duckdb'));
    await rm(join(dataDir, backup!), { recursive: true });
    await writeFile(join(dataDir, 'VERSION'), '5\n');
    expect((await content()).filter((line) => line.startsWith('VERSION'))).toEqual(
      before.filter((line) => line.startsWith('VERSION')),
    );
    expect(await executeOn(dataDir, `SELECT value FROM meta WHERE key = 'schema_version'`)).toEqual([['5']]);
    const reader = await openAt(dataDir, true);
    expect(await reader.usage()).toMatchObject({ samples: 5 });
    expect(await reader.pins()).toEqual([]);
    await reader.close();
  });

  it.each([
    { version: 6, format: 1, make: makeVersion6, had: 'ids of stacks' },
    { version: 7, format: 2, make: makeVersion7, had: 'ids of locations' },
  ])('takes over a directory of version $version, whose blocks have $had', async ({ format, make }) => {
    const text = 'main main\nf    g@libc.so\n30   12';
    const append = async (store: ProfileStore, hour: number) =>
      store.append(textBatch(text, { timeMs: DAY_0 + hour * HOUR_MS }), ledgerOf(42), textSymbols(text));
    let store = await openAt(dataDir);
    for (let hour = 0; hour < 3; hour++) await append(store, hour);
    await maintainAll(store, DAY_0 + 4 * HOUR_MS);
    const stacks = countsOf(await store.stacks([], EVER));
    const asked = async () => [
      await store.stacks([], EVER),
      await store.series([], EVER, 1e12, 'comm'),
      await store.series([], EVER, 1e12, 'function'),
      await store.coverage(EVER),
    ];
    const answers = await asked();
    await store.close();
    await make(dataDir);
    const before = await content();

    store = await openAt(dataDir, true);
    expect(await asked()).toEqual(answers);
    expect(await store.blocks()).toMatchObject([{ format }, { format }, { format }]);
    await store.close();
    expect(await content()).toEqual(before);

    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    store = await openAt(dataDir);
    said.mockRestore();
    expect(await asked()).toEqual(answers);
    expect(countsOf(await store.stacks([], EVER))).toEqual(stacks);
    // Blocks of both formats beside each other, then one of the newer in the place of all.
    await append(store, 4);
    await maintainAll(store, DAY_0 + 6 * HOUR_MS);
    expect(await formatsOf(store)).toEqual([format, format, format, BLOCK_FORMAT]);
    expect((await store.stacks([], EVER)).count).toEqual(Float64Array.of(120, 48));
    await maintainAll(store, DAY_0 + 8 * HOUR_MS);
    expect(await formatsOf(store)).toEqual([BLOCK_FORMAT]);
    expect((await store.stacks([], EVER)).count).toEqual(Float64Array.of(120, 48));
    await store.close();
  });

  it('folds the log into the file when it is closed', async () => {
    await fill();
    expect(await readdir(dataDir)).toEqual(['VERSION', 'hot.duckdb']);
  });

  it('refuses a directory of a newer version and touches nothing', async () => {
    await fill();
    await writeFile(join(dataDir, 'VERSION'), '99\n');
    const before = await content();
    expect(await openingError()).toMatchObject({
      kind: 'newer-version',
      message: expect.stringMatching(
        /format 99.*up to \d; nothing was changed: use a newer Pilotlight/,
      ) as string,
    });
    expect(await content()).toEqual(before);
  });

  it('refuses a database of a newer version whose VERSION file is lost', async () => {
    await fill();
    await rm(join(dataDir, 'VERSION'));
    await executeOn(dataDir, `UPDATE meta SET value = '${SCHEMA_VERSION + 1}' WHERE key = 'schema_version'`);
    const before = await content();
    expect((await openingError()).kind).toBe('newer-version');
    expect(await content()).toEqual(before);
  });

  it('refuses a VERSION file that holds no number', async () => {
    await writeFile(join(dataDir, 'VERSION'), 'one');
    expect(await openingError()).toMatchObject({ kind: 'corrupt' });
    expect(await readdir(dataDir)).toEqual(['VERSION']);
  });

  it('says what to do when the directory cannot be made', async () => {
    await writeFile(join(dataDir, 'file'), '');
    expect(await openingError(join(dataDir, 'file', 'data'))).toMatchObject({
      kind: 'unwritable',
      message: expect.stringMatching(
        /^the data directory .*file\/data cannot be used: ENOTDIR.*--data-dir$/,
      ) as string,
    });
  });

  it('refuses a corrupt file and leaves it as it is', async () => {
    await fill();
    const file = join(dataDir, 'hot.duckdb');
    for (const bytes of [
      Buffer.alloc(8192, 'not a database'),
      (await readFile(file)).fill(0xff, 4096, 9000),
    ]) {
      await writeFile(file, bytes);
      const before = await content();
      const error = await openingError();
      expect([error.kind, error.message]).toEqual([
        'corrupt',
        expect.stringMatching(/nothing was changed: move it/),
      ]);
      expect(await content()).toEqual(before);
    }
  });

  it('refuses a directory that this process has open, by whatever path', async () => {
    const store = await openAt(dataDir);
    await mkdir(join(dataDir, 'sub'));
    expect(await openingError(join(dataDir, 'sub', '..'))).toMatchObject({ kind: 'locked' });
    await store.append(textBatch('main\n5'), ledgerOf(5));
    await store.close();
    await rm(join(dataDir, 'sub'), { recursive: true });
    expect(await openAt(dataDir).then((again) => again.close())).toBeUndefined();
  });

  it('reads without changing anything when opened for reading', async () => {
    await fill();
    const before = await content();
    const store = await openAt(dataDir, true);
    expect((await store.usage()).samples).toBe(5);
    await expect(store.append(textBatch('main\n5'), [])).rejects.toMatchObject({ kind: 'unwritable' });
    await store.close();
    expect(await content()).toEqual(before);
  });

  it('refuses work after it was closed', async () => {
    const store = await openAt(dataDir);
    await store.close();
    await store.close();
    await expect(store.usage()).rejects.toMatchObject({ message: 'the store is closed' });
    await expect(store.append(textBatch('main\n5'), [])).rejects.toMatchObject({
      message: 'the store is closed',
    });
  });
});

describe('a data directory held by another process', () => {
  let compiled: Awaited<ReturnType<typeof compileStore>>;
  beforeAll(async () => {
    compiled = await compileStore();
  });
  afterAll(() => compiled.remove());

  it('is refused with the number of that process, and the other goes on', async () => {
    const child = startChild(compiled.dir, dataDir, `setInterval(() => {}, 1000)`);
    await child.line(/^open$/);
    expect(await openingError()).toMatchObject({
      kind: 'locked',
      message: expect.stringMatching(
        new RegExp(`hot\\.duckdb is in use by process ${child.process.pid!}; stop that daemon`),
      ) as string,
    });
    expect(child.process.exitCode).toBeNull();
    await child.kill();
    await (await openAt(dataDir)).close();
  });
});
