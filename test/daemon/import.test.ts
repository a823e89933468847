// `pilotlight import` and the commands that look at a bundle, as the command line runs them.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pilotlightProgram } from '../../src/cli/program.ts';
import { importFile } from '../../src/daemon/import.ts';
import { openLocalApp } from '../../src/daemon/local-app.ts';
import { encodePprof } from '../../src/query/pprof.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { EVER, ledgerOf, openAt, temporaryDir, textBatch, textSymbols } from '../store/text-profile.ts';

const TIME = Date.UTC(2026, 0, 31, 14, 0, 0);
const TEXT = 'main  main\na     b@libc.so\n3     2';
const WINDOW = ['--from', String(TIME), '--until', String(TIME + 60_000)];

let root: string;
let dataDir: string;
let said: string;
beforeEach(async () => {
  root = await temporaryDir();
  dataDir = join(root, 'data');
  const store = await openAt(dataDir);
  await store.append(textBatch(TEXT, { timeMs: TIME + 1000 }), ledgerOf(5), textSymbols(TEXT));
  await store.close();
  said = '';
  const note = (chunk: unknown, ...rest: unknown[]) => {
    said += typeof chunk === 'string' ? chunk : Buffer.from(chunk as Uint8Array).toString();
    for (const each of rest) if (typeof each === 'function') (each as () => void)();
    return true;
  };
  vi.spyOn(process.stderr, 'write').mockImplementation(note);
  vi.spyOn(process.stdout, 'write').mockImplementation(note);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(signal);
  await rm(root, { recursive: true });
});

async function run(...args: string[]): Promise<string> {
  said = '';
  const program = pilotlightProgram({
    serve: () => Promise.resolve(),
    record: () => Promise.resolve(0),
    importFile,
    openLocalApp,
  });
  await program.parseAsync(args, { from: 'user' });
  return said;
}

const exportTo = (path: string) =>
  run('export', '--data-dir', dataDir, ...WINDOW, '--format', 'bundle', '-o', path);

async function inStore<T>(path: string, work: (store: ProfileStore) => Promise<T>): Promise<T> {
  const store = await openAt(path);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const samplesIn = (path: string) => inStore(path, async (store) => (await store.usage()).samples);

describe('export --format bundle', () => {
  it('makes a folder that the other commands open', async () => {
    const folder = join(root, 'incident');
    expect(await exportTo(folder)).toMatch(
      /wrote .*incident \(5 samples, .*serve --no-sampler --data-dir .*incident\n/,
    );
    expect((await readdir(folder)).sort()).toEqual(['blocks', 'bundle.json']);
    const top = JSON.parse(
      await run('export', '--data-dir', folder, ...WINDOW, '--format', 'speedscope'),
    ) as object;
    const original = JSON.parse(
      await run('export', '--data-dir', dataDir, ...WINDOW, '--format', 'speedscope'),
    ) as object;
    expect(top).toEqual(original);
    await expect(exportTo(folder)).rejects.toThrow(/is not empty, and stays as it is/);
  });

  it('says where to write it when nothing says so, and that a bundle takes no pins', async () => {
    await expect(run('export', '--data-dir', dataDir, '--format', 'bundle')).rejects.toThrow(
      'a bundle is a folder',
    );
    const folder = join(root, 'incident');
    await exportTo(folder);
    await expect(run('pin', ...WINDOW, '--data-dir', folder)).rejects.toThrow(
      /is a bundle, which is only read/,
    );
  });
});

describe('import', () => {
  it.each(['incident', 'incident.tar'])('takes %s, once', async (name) => {
    await exportTo(join(root, name));
    const target = join(root, 'target');
    expect(await run('import', join(root, name), '--data-dir', target)).toMatch(
      /^pilotlight: 5 samples of .* in 1 blocks imported/,
    );
    expect(await samplesIn(target)).toBe(5);
    expect(await run('import', join(root, name), '--data-dir', target)).toMatch(
      /was left out: it is there already\n.* 0 samples/,
    );
    expect(await samplesIn(target)).toBe(5);
  });

  it('takes a pprof file once, under the name that it is given', async () => {
    const file = join(root, 'cpu.pb.gz');
    const range = { fromMs: TIME, untilMs: TIME + 60_000 };
    const table = await inStore(dataDir, (store) => store.stacks([], EVER));
    await writeFile(file, await encodePprof(table, { range }));
    const target = join(root, 'target');
    expect(await run('import', file, '--comm', 'mine', '--data-dir', target)).toMatch(
      /5 samples imported from .*cpu\.pb\.gz; look at it: --from 2026-01-31T14:00:00\.000Z/,
    );
    const { values } = await inStore(target, (store) => store.labelValues('comm', [], EVER, 5));
    expect(values).toEqual([{ value: 'mine', count: 5 }]);
    await expect(run('import', file, '--data-dir', target)).rejects.toThrow(
      /has been imported into .* before/,
    );
  });

  it('makes nothing of what it cannot import', async () => {
    const target = join(root, 'target');
    await writeFile(join(root, 'text'), 'hello');
    await mkdir(join(root, 'empty'));
    await expect(run('import', join(root, 'text'), '--data-dir', target)).rejects.toThrow(
      /it is no pprof file/,
    );
    await expect(run('import', join(root, 'none'), '--data-dir', target)).rejects.toThrow(
      /cannot read .*none: ENOENT/,
    );
    await expect(run('import', join(root, 'empty'), '--data-dir', target)).rejects.toThrow(
      /bundle .*empty cannot be read/,
    );
    expect(existsSync(target)).toBe(false);
  });

  it('says so where the directory is in use', async () => {
    await exportTo(join(root, 'incident'));
    await inStore(dataDir, async () => {
      await expect(run('import', join(root, 'incident'), '--data-dir', dataDir)).rejects.toThrow(
        /is already open/,
      );
    });
  });
});

describe('pin', () => {
  it('keeps a window of a data directory, lists it and gives it back', async () => {
    const pinned = await run('pin', ...WINDOW, '--note', 'the outage', '--data-dir', dataDir);
    const id = pinned.slice(0, 8);
    expect(pinned).toBe(`${id}  2026-01-31T14:00:00.000Z  2026-01-31T14:01:00.000Z  the outage\n`);
    expect(await run('pin', '--list', '--data-dir', dataDir)).toBe(pinned);
    expect(JSON.parse(await run('pin', '--list', '--json', '--data-dir', dataDir))).toMatchObject({
      pins: [{ id, note: 'the outage' }],
    });
    expect(await run('pin', '--remove', id, '--data-dir', dataDir)).toBe(`${id} is no longer pinned\n`);
    expect(await run('pin', '--list', '--data-dir', dataDir)).toBe('');
    await expect(run('pin', '--remove', id, '--data-dir', dataDir)).rejects.toThrow(
      `there is no pin "${id}"`,
    );
  });

  it.each([
    [['--from', 'now-1h'], /a window has --from and --until/],
    [['--list', '--remove', 'x'], /exclude each other/],
    [[], /a window has --from and --until/],
  ])('asked with %j says what is missing', async (args, message) => {
    await expect(run('pin', ...args, '--data-dir', dataDir)).rejects.toThrow(message);
  });
});
