// The walker's bounds on the real BPF maps: mappings, processes, objects, tables. Needs root and BPF.
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { KernelSampler } from '../../src/collector/kernel-sampler.ts';
import type { NativeUnwindMaps } from '../../src/collector/native.ts';
import { native } from '../../src/collector/native.ts';
import type { ProcMapping } from '../../src/collector/sampler-host.ts';
import { UnwindArena } from '../../src/collector/unwind-arena.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { HEADER } from '../../src/unwind/table-layout.gen.ts';
import type { Running } from '../support/programs.ts';
import { Programs, sleep, until } from '../support/programs.ts';
import { Sampling } from '../support/sampling.ts';
import { syntheticTable } from '../support/synthetic-table.ts';

const MANY_MAPPINGS = 60_000; // vm.max_map_count is 65,530
const programs = new Programs();
let sampling: Sampling | undefined;

afterEach(async () => {
  await programs.stopAll();
  await sampling?.close();
  sampling = undefined;
});
afterAll(() => programs.remove());

async function start(rateHz: number): Promise<Sampling> {
  sampling = await Sampling.start({ rateHz });
  return sampling;
}

/** Of the samples with `leaf` in their stack, the share that also has `root`. */
function wholeShare(table: StackTable, leaf: string, root: string): { samples: number; whole: number } {
  const sums = { samples: 0, whole: 0 };
  table.count.forEach((count, i) => {
    const stack = table.stackLocations.subarray(table.offsets[i], table.offsets[i + 1]);
    const has = (name: string) =>
      stack.some((location) => table.locationFrames[location]!.some((frame) => frame.name === name));
    if (!has(leaf)) return;
    sums.samples += count;
    if (has(root)) sums.whole += count;
  });
  return { samples: sums.samples, whole: sums.whole / sums.samples };
}

function since(fromMs: number, comm: string): Promise<StackTable> {
  return sampling!.store.stacks([{ label: 'comm', op: '=', value: comm }], { fromMs, untilMs: 8.64e15 });
}

async function says(running: Running, word: string): Promise<void> {
  await until(word, 30_000, () => running.stdout.includes(word));
}

describe('a process with 60,000 executable mappings', () => {
  it('is walked whole where it ran before, within bounded time and memory', async () => {
    const program = programs.compile('many-mappings', 'mapped-before', ['-fomit-frame-pointer']);
    await says(programs.start(program, [MANY_MAPPINGS, 50]), 'mapped');
    const bytesBefore = process.memoryUsage().rss;
    const startedMs = performance.now();
    const { host, run } = await start(199);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
    await sleep(2000);
    const fromMs = Date.now(); // until then some stacks wait for /proc, which has 60,000 lines to say
    await sleep(3000);
    const flushedMs = performance.now();
    await sampling!.flush();
    expect(performance.now() - flushedMs).toBeLessThan(8000);
    expect(process.memoryUsage().rss - bytesBefore).toBeLessThan(400e6);
    expect(host.unwindUsage().arenaBytes).toBeLessThanOrEqual(32e6);

    const { samples, whole } = wholeShare(await since(fromMs, 'mapped-before'), 'in_mapping', 'outermost');
    console.log(`mapped before: ${samples} samples, ${(whole * 100).toFixed(1)} % whole`);
    expect(samples).toBeGreaterThan(100);
    expect(whole).toBeGreaterThan(0.95);
    expect(run.conservation().closed).toBe(true);
  }, 90_000);

  it('is walked whole where it maps them while it is sampled, more than a side band holds', async () => {
    const program = programs.compile('many-mappings', 'mapped-after', ['-fomit-frame-pointer']);
    const { run } = await start(199);
    await sleep(1000);
    await says(programs.start(program, [MANY_MAPPINGS, 58]), 'mapped');
    // What the side band lost is read from /proc at most every 10 s.
    await until('its stacks to be whole', 40_000, async () => {
      const fromMs = Date.now();
      await sleep(2000);
      await sampling!.flush();
      const table = await since(fromMs, 'mapped-after');
      const { samples, whole } = wholeShare(table, 'in_mapping', 'outermost');
      console.log(`mapped while sampled: ${samples} samples, ${(whole * 100).toFixed(1)} % whole`);
      return samples > 50 && whole > 0.95;
    });
    expect(run.conservation().closed).toBe(true);
  }, 120_000);
});

describe('300 processes that work at once', () => {
  it('are all walked to their root', async () => {
    const program = programs.compile('many-processes', 'many-children', ['-fomit-frame-pointer']);
    const { host } = await start(499);
    await says(programs.start(program, [300, 30]), 'forked');
    await sleep(6000);
    await sampling!.flush();
    const table = await sampling!.stacks({ comm: 'many-children' });
    const { samples, whole } = wholeShare(table, 'child_works', 'main');
    console.log(`300 processes: ${samples} samples, ${(whole * 100).toFixed(1)} % whole`);
    expect(host.unwindUsage().processes).toBeGreaterThanOrEqual(300);
    expect(host.unwindUsage().crowded).toBe(0);
    expect(samples).toBeGreaterThan(200);
    expect(whole).toBeGreaterThan(0.97);
  }, 60_000);
});

/** The maps of a loaded program, without a drain. */
function loadMaps(): { maps: NativeUnwindMaps; arena: UnwindArena; grow: () => boolean; close: () => void } {
  const sampler = KernelSampler.load({ rateHz: 1, logBytes: 8192 });
  const { kit } = sampler;
  const maps = new (native().UnwindMaps)(kit.get('processes')!.fd, kit.get('objects')!.fd, '');
  for (const name of ['shard.0', 'shard.1']) maps.addShard(Number(name.slice(6)), kit.get(name)!.fd);
  const grow = () => {
    const shard = sampler.growArena();
    if (shard) maps.addShard(Number(shard.name.slice(6)), shard.fd);
    return shard !== null;
  };
  const arena = new UnwindArena(maps, () => Promise.resolve(grow()));
  return { maps, arena, grow, close: () => sampler.close() };
}

/** Ten of the objects, one after the other. */
function mappingsOf(process: number, objects: number): ProcMapping[] {
  return Array.from({ length: 10 }, (_, i) => {
    const start = 0x5500_0000_0000n + BigInt(i) * 0x100_0000n;
    const inode = String(1 + ((process * 7 + i) % objects));
    return { start, end: start + 0x10_0000n, offset: 0, device: 'fe:00', inode, path: `/lib/${inode}` };
  });
}

describe('the maps in the kernel', () => {
  it('hold 5,000 processes and 2,000 objects with their tables', async () => {
    const [PROCESSES, OBJECTS] = [5000, 2000];
    const { maps, arena, close } = loadMaps();
    try {
      const startedMs = performance.now();
      for (let pid = 1; pid <= PROCESSES; pid++) maps.addProcess(100_000 + pid, mappingsOf(pid, OBJECTS));
      const table = syntheticTable(16, 500); // 32 KB: the mean of what /usr/lib has
      for (let inode = 1; inode <= OBJECTS; inode++) {
        expect(await arena.load(`fe:00 ${inode} `, `content ${inode}`, table)).toBe(true);
      }
      const tookMs = performance.now() - startedMs;
      const usage = arena.usage();
      console.log(`5,000 processes, 2,000 objects: ${tookMs.toFixed(0)} ms`, usage);
      expect(usage).toMatchObject({ processes: PROCESSES, objects: OBJECTS, tables: OBJECTS });
      expect(usage).toMatchObject({ crowded: 0, evictions: 0 });
      expect(usage.tableBytes).toBeGreaterThan(OBJECTS * 32_000);
      expect(usage.arenaBytes).toBeLessThanOrEqual(usage.limitBytes);
      expect(usage.arenaBytes - usage.freeBytes).toBeGreaterThan(usage.tableBytes + PROCESSES * 10 * 32 - 1);
      expect(tookMs).toBeLessThan(20_000);
    } finally {
      close();
    }
  }, 60_000);

  it('refuse a table whose bytes are not what their header says, and stay as they were', () => {
    const { maps, close } = loadMaps();
    const table = syntheticTable(4, 100);
    const changed = (at: number, value: number): Uint8Array => {
      const copy = table.slice();
      new DataView(copy.buffer).setUint32(at, value, true);
      return copy;
    };
    const pages = HEADER.bytes + 2 * 20;
    try {
      const before = maps.usage();
      const wrong: Record<string, Uint8Array> = {
        empty: new Uint8Array(0),
        'no whole header': table.slice(0, HEADER.bytes - 1),
        'one byte less': table.slice(0, -1),
        'one byte more': new Uint8Array([...table, 0]),
        magic: changed(HEADER.magic, 1),
        version: changed(HEADER.version, 99),
        'as many rules as there are numbers': changed(HEADER.rule_count, 0xffff_ffff),
        'as many pages as there are numbers': changed(HEADER.page_count, 0xffff_ffff),
        'as many rows as there are numbers': changed(HEADER.row_count, 0xffff_ffff),
        'a page that begins behind all rows': changed(pages, 401),
        'a page with more rows than there are': changed(pages + 4, 401),
        'a page whose end overflows': changed(pages + 4, 0xffff_ffff),
      };
      for (const [what, bytes] of Object.entries(wrong)) {
        expect(maps.load('fe:00 1', what, bytes, true), what).toBe('malformed');
      }
      expect(maps.usage()).toEqual(before);
      expect(maps.load('fe:00 1', 'right', table, false)).toBe('loaded');
    } finally {
      close();
    }
  });
});

describe('a budget for tables that is used up', () => {
  it('evicts once for a table that waits for its room', async () => {
    const { maps, arena, grow, close } = loadMaps();
    const table = syntheticTable(1000, 1000); // 4 MB
    try {
      while (grow());
      const fits = (i: number) => maps.load(`fe:00 ${i}`, `content ${i}`, table, false) === 'loaded';
      for (let i = 1; fits(i); i++);
      expect(arena.usage().evictions).toBe(0);
      expect(maps.load('fe:00 9999', 'waits', table, true)).toBe('no-room');
      expect(arena.usage().evictions).toBe(1);
      expect(maps.load('fe:00 9999', 'waits', table, true)).toBe('no-room'); // a walk may still read the evicted one
      expect(arena.usage().evictions).toBe(1);
      await sleep(1200);
      expect(maps.load('fe:00 9999', 'waits', table, true)).toBe('loaded');
    } finally {
      close();
    }
  }, 60_000);

  it('makes room by evicting tables that no walk has used, and keeps the others', async () => {
    const program = programs.compile('split', 'in-use', ['-fomit-frame-pointer']);
    const { host } = await start(199);
    programs.start(program, [50]);
    await sleep(2500);
    await sampling!.flush();
    const { limitBytes } = host.unwindUsage();
    const table = syntheticTable(1000, 1000); // 4 MB
    const count = Math.floor(limitBytes / table.length) + 1;
    for (let i = 1; i <= count; i++) {
      expect(await host.loadUnwindTable(`unused ${i}`, `unused ${i}`, table)).toBe(true);
    }
    const usage = host.unwindUsage();
    console.log('4 MB tables:', usage);
    expect(usage.arenaBytes).toBe(limitBytes);
    expect(usage.evictions).toBeGreaterThan(0);
    expect(usage.tableBytes).toBeGreaterThan(limitBytes * 0.8);

    const fromMs = Date.now();
    await sleep(2500);
    await sampling!.flush();
    const { samples, whole } = wholeShare(await since(fromMs, 'in-use'), 'leaf_seventy', 'main');
    expect(samples).toBeGreaterThan(50);
    expect(whole).toBeGreaterThan(0.95);
    expect(host.unwindUsage().evictions).toBe(usage.evictions); // none had to come back
  }, 90_000);
});

/** Rows per page of a table that fills its shards without gaps. */
const GIANT_ROWS = 4096;

describe('a table that was evicted', () => {
  it('comes back when a walk misses it', async () => {
    const program = programs.compile('split', 'evicted', ['-fomit-frame-pointer']);
    const { host } = await start(199);
    programs.start(program, [50]);
    await sleep(2500);
    await sampling!.flush();
    const tablesBefore = host.unwindUsage().tables;
    expect(tablesBefore).toBeGreaterThan(1);

    // As large as the arena may become, but for the mappings' shard and a little: everything else has to go.
    const { limitBytes } = host.unwindUsage();
    const words = (limitBytes - native().arenaShardBytes) / 4 - 60_000;
    const giant = syntheticTable(Math.floor(words / (GIANT_ROWS + 2)), GIANT_ROWS);
    expect(await host.loadUnwindTable('giant', 'giant', giant)).toBe(true);
    const { evictions, arenaBytes } = host.unwindUsage();
    expect(arenaBytes).toBeGreaterThan(limitBytes * 0.95); // a last shard may not be needed
    expect(evictions).toBeGreaterThanOrEqual(tablesBefore);

    const fromMs = Date.now() + 3000;
    await sleep(6000);
    await sampling!.flush();
    const table = await since(fromMs, 'evicted');
    const { samples, whole } = wholeShare(table, 'leaf_seventy', 'main');
    console.log(
      `after the eviction: ${samples} samples, ${(whole * 100).toFixed(1)} % whole`,
      host.unwindUsage(),
    );
    expect(samples).toBeGreaterThan(50);
    expect(whole).toBeGreaterThan(0.95);
  }, 60_000);
});
