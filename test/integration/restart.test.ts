// What happens when a process of the daemon dies, and when it is stopped. Needs root and BPF; not skipped in CI.
import { chownSync, cpSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StatusBody } from '../../src/server/status.ts';
import { openStore } from '../../src/store/duckdb-store.ts';
import {
  asNobody,
  Daemon,
  isAlive,
  NOBODY,
  readableCommand,
  removeFolder,
  temporaryFolder,
} from '../support/daemon.ts';
import { Programs, sleep, until } from '../support/programs.ts';
import { total } from '../support/sampling.ts';

/** Hang bound of anything that takes a second or two. */
const PATIENCE_MS = 40_000;

const programs = new Programs();
const folders: string[] = [];
let busy: string;

beforeAll(() => {
  busy = programs.compile('busy');
});
afterAll(async () => {
  await programs.stopAll();
  programs.remove();
  folders.forEach(removeFolder);
});

function newFolder(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
}

const sum = ({ conservation }: StatusBody, of: 'samples' | 'pending' | 'entries'): number =>
  total(conservation!.perCpu, (cpu) => cpu[of]);
const lost = ({ conservation }: StatusBody, name: string): number =>
  total(conservation!.perCpu, ({ losses }) => losses[name] ?? 0);

function expectClosed({ conservation }: StatusBody): void {
  expect(conservation).toMatchObject({ closed: true, unaccounted: 0 });
  for (const cpu of conservation!.perCpu) expect(cpu.notFired).toBeGreaterThanOrEqual(0);
}

function underLoad(): void {
  programs.start(busy, [-1, 50]);
  programs.start(busy, [-1, 50]);
}

describe('a daemon under load', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await Daemon.start({ dataDir: newFolder() });
  });
  afterEach(() => programs.stopAll());
  afterAll(() => daemon.kill());

  const status = () => daemon.status();
  const stored = (atLeast: number) =>
    until(`${atLeast} samples stored`, PATIENCE_MS, async () => sum(await status(), 'samples') >= atLeast);

  it('goes on after its service was killed, and counts what that had in hand as serviceDown', async () => {
    underLoad();
    await stored(50);
    // Drained and not stored yet: some of what is pending is in the service's memory only.
    await until('samples in hand', PATIENCE_MS, async () => sum(await status(), 'pending') > 250);
    const before = await status();
    const children = await daemon.children();
    process.kill(children.service, 'SIGKILL');
    await until('the end of the service', PATIENCE_MS, () => !isAlive(children.service));
    await daemon.answers();
    const after = await daemon.children();
    expect(after.service).not.toBe(children.service);
    expect(after.sampler).toBe(children.sampler);

    await stored(sum(before, 'samples') + 200);
    const now = await status();
    expectClosed(now);
    expect(lost(now, 'serviceDown')).toBeGreaterThan(0);
    expect(sum(now, 'entries')).toBeGreaterThan(sum(before, 'entries')); // the same session, not a new one
    for (const name of ['logGap', 'logFull', 'collectorFull', 'storeFailed']) expect(lost(now, name)).toBe(0);
    // Between the account and the rows of one answer a flush may lie.
    await until('as many rows as the ledger tells', PATIENCE_MS, async () => {
      const { store, ...rest } = await status();
      return store!.samples === sum(rest, 'samples');
    });
    expect(daemon.running.stderr).toMatch(
      /^pilotlight: the service ended \(signal 9\); starting it again in \d+ ms$/m,
    );
  });

  it('goes on sampling and storing while its sampler is killed, and the next one takes over', async () => {
    underLoad();
    const before = await status();
    const children = await daemon.children();
    process.kill(children.sampler, 'SIGKILL');
    await until('the end of the sampler', PATIENCE_MS, () => !isAlive(children.sampler));
    expect((await daemon.get('/healthz')).status).toBe(200);
    const after = await daemon.children();
    expect(after.service).toBe(children.service);
    expect(after.sampler).not.toBe(children.sampler);
    await stored(sum(before, 'samples') + 100);
    const now = await status();
    expectClosed(now);
    expect(lost(now, 'serviceDown')).toBe(lost(before, 'serviceDown'));

    // Only the sampler can open a file of a program that did not run before.
    const name = 'after-restart';
    programs.start(programs.compile('busy', name), [-1, 50]);
    await until('a named function of a new program', PATIENCE_MS, async () => {
      const query = encodeURIComponent(`{comm="${name}"}`);
      const { functions } = await daemon.json<{ functions: { name: string }[] }>(
        `/api/v1/top?query=${query}`,
      );
      return functions.some((row) => row.name === 'busy_loop');
    });
  });

  it('takes both of its children being killed at once', async () => {
    underLoad();
    const children = await daemon.children();
    process.kill(children.sampler, 'SIGKILL');
    process.kill(children.service, 'SIGKILL');
    await until('their end', PATIENCE_MS, () => !isAlive(children.service) && !isAlive(children.sampler));
    await daemon.answers();
    await stored(sum(await status(), 'samples') + 100);
    expectClosed(await status());
  });

  it('stops at SIGTERM with code 0, stores what was in flight, and leaves no process behind', async () => {
    underLoad();
    await until('samples in flight', PATIENCE_MS, async () => sum(await status(), 'pending') > 150);
    const children = await daemon.children();
    const before = await status();
    const startedMs = performance.now();
    expect(await daemon.stop()).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    expect(isAlive(children.sampler) || isAlive(children.service)).toBe(false);
    const store = await openStore({
      dataDir: daemon.dataDir,
      memoryLimitBytes: 64e6,
      readOnly: true,
      hostLabel: 'test',
    });
    const { samples } = await store.usage();
    await store.close();
    expect(samples).toBeGreaterThanOrEqual(sum(before, 'samples') + sum(before, 'pending'));
  });

  describe('that was stopped', () => {
    interface Graph {
      total: number;
      names: string[];
    }
    const graph = (each: Daemon) => each.json<Graph>('/api/v1/flamegraph?from=now-1h');

    it('serves what it stored with --no-sampler', async () => {
      const reader = await Daemon.start({ dataDir: daemon.dataDir, args: ['--no-sampler'] });
      try {
        expect(await reader.status()).toMatchObject({ sampling: false });
        const { total: all, names } = await graph(reader);
        expect(all).toBeGreaterThan(0);
        expect(names).toContain('busy_loop');
        expect((await reader.get('/debug/pprof/profile?seconds=1')).status).toBe(503);
      } finally {
        expect(await reader.stop()).toMatchObject({ code: 0, stderr: '' });
      }
    });

    it('serves it to a user without any privilege, who owns a copy', async () => {
      const copy = newFolder();
      cpSync(daemon.dataDir, copy, { recursive: true });
      for (const name of ['.', ...readdirSync(copy, { recursive: true, encoding: 'utf8' })]) {
        chownSync(join(copy, name), NOBODY, NOBODY);
      }
      const whole = await Daemon.start({ dataDir: daemon.dataDir, args: ['--no-sampler'] });
      const { total: all } = await graph(whole).finally(() => whole.stop());
      const { command, remove } = await readableCommand();
      const reader = await Daemon.start({
        dataDir: copy,
        args: ['--no-sampler'],
        wrapper: asNobody,
        command,
      });
      try {
        const process = readFileSync(`/proc/${reader.pid}/status`, 'utf8');
        expect(process).toMatch(/^Uid:\s*65534\s+65534\s+65534/m);
        expect(process).toMatch(/^CapBnd:\s*0+$/m);
        expect((await graph(reader)).total).toBe(all);
        expect((await reader.get('/')).status).toBe(200);
        expect((await reader.get('/metrics')).status).toBe(200);
      } finally {
        expect(await reader.stop()).toMatchObject({ code: 0, stderr: '' });
        remove();
      }
    });
  });
});

describe('a launcher that is killed', () => {
  it('takes both of its children with it', async () => {
    const daemon = await Daemon.start({ dataDir: newFolder() });
    const children = await daemon.children();
    underLoad();
    await sleep(500);
    await daemon.kill();
    await until(
      'the end of both',
      PATIENCE_MS,
      () => !isAlive(children.service) && !isAlive(children.sampler),
    );
    await programs.stopAll();
    // What was stored is whole, and another daemon may have the folder.
    const next = await Daemon.start({ dataDir: daemon.dataDir });
    try {
      expectClosed(await next.status());
    } finally {
      expect(await next.stop()).toMatchObject({ code: 0 });
    }
  });
});
