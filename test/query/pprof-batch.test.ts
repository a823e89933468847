// pprof files taken in: our own come out as they went in, those of others as they say, and what is none is refused.
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ProfileInput } from 'pprof-format';
import { Profile, StringTable } from 'pprof-format';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodePprof } from '../../src/query/pprof.ts';
import { pprofBatch } from '../../src/query/pprof-batch.ts';
import { PprofReader } from '../../src/query/pprof-reader.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { preparePprof, pprofTop } from '../support/pprof-top.ts';
import { EVER, ledgerOf, openTemporary, testProcess, textBatch, textSymbols } from '../store/text-profile.ts';

const GO = spawnSync('/usr/local/go/bin/go', ['version']).status === 0 ? '/usr/local/go/bin/go' : 'go';
const TIME = 1_700_000_000_000;
const RANGE = { fromMs: TIME, untilMs: TIME + 60_000 };
const OPTIONS = { comm: 'file', fallbackMs: 5_000, key: 'k' };
const TEXT =
  'main  main              main           [unknown]@marker\na     b>b2>b3@libc.so   k@kernel       c@libc.so\n3     2                 4              1';

let folder: string;
let cleanUp: (() => Promise<void>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilotlight-pprof-'));
  preparePprof();
}, 120_000);
afterAll(async () => {
  for (const work of cleanUp) await work();
  cleanUp = [];
  await rm(folder, { recursive: true });
});

async function emptyStore(): Promise<ProfileStore> {
  const { store, remove } = await openTemporary();
  cleanUp.push(remove);
  return store;
}

async function written(name: string, store: ProfileStore): Promise<string> {
  const table = await store.stacks([], EVER, 'comm');
  const path = join(folder, name);
  await writeFile(path, await encodePprof(table, { range: RANGE, groupBy: 'comm' }));
  return path;
}

async function imported(path: string): Promise<ProfileStore> {
  const store = await emptyStore();
  const { batch, symbols, samples } = pprofBatch(new PprofReader(await readFile(path)), OPTIONS);
  await store.append(batch, ledgerOf(samples), symbols);
  return store;
}

describe('our own pprof', () => {
  it('imported and exported again is the same to go tool pprof', async () => {
    const store = await emptyStore();
    for (const comm of ['app', 'node']) {
      await store.append(
        textBatch(TEXT, { process: testProcess(comm), timeMs: TIME }),
        ledgerOf(10),
        textSymbols(TEXT),
      );
    }
    const first = await written('first.pb.gz', store);
    const again = await imported(first);
    const second = await written('second.pb.gz', again);
    const [before, after] = [pprofTop(first), pprofTop(second)];
    expect(before.rows.size).toBeGreaterThan(6);
    expect(after).toEqual(before);
    expect(pprofTop('-tagfocus=comm=node', second)).toEqual(pprofTop('-tagfocus=comm=node', first));
    const [was, is] = [await store.stacks([], EVER, 'comm'), await again.stacks([], EVER, 'comm')];
    const kinds = (table: typeof is) =>
      table.objects.map(({ kind, addressing }) => `${kind} ${addressing}`).sort();
    expect(kinds(is)).toEqual(kinds(was).map((kind) => kind.replace('kernel elf', 'kernel base')));
    expect(is.locationAddress.toSorted()).toEqual(was.locationAddress.toSorted());
    expect((await again.labelValues('comm', [], RANGE, 10)).values).toEqual([
      { value: 'app', count: 10 },
      { value: 'node', count: 10 },
    ]);
  });
});

const BURN = `package main
import ("os"; "runtime/pprof"; "time")
var sink uint64
//go:noinline
func inner(n int) { for i := 0; i < n; i++ { sink = sink*31 + uint64(i) } }
func outer() { inner(2000000) }
func main() {
  f, _ := os.Create(os.Args[1]); pprof.StartCPUProfile(f)
  for t := time.Now(); time.Since(t) < 700*time.Millisecond; { outer() }
  pprof.StopCPUProfile(); f.Close()
}`;

describe("a Go program's own CPU profile", () => {
  it('has the same functions and totals for go tool pprof once it was imported', async () => {
    await writeFile(join(folder, 'burn.go'), BURN);
    const original = join(folder, 'go.pb.gz');
    const run = spawnSync(GO, ['run', join(folder, 'burn.go'), original], { encoding: 'utf8' });
    expect(run.stderr).toBe('');
    const store = await imported(original);
    const [before, after] = [pprofTop(original), pprofTop(await written('go2.pb.gz', store))];
    expect(before.totalNs).toBeGreaterThan(1e8);
    expect([...before.rows.keys()]).toContain('main.inner');
    expect(after).toEqual(before);
    const [process] = (await store.labelValues('exe', [], { fromMs: 0, untilMs: Date.now() }, 5)).values;
    expect(process!.value).toMatch(/burn/);
  }, 120_000);
});

/** A profile with one stack of a function without a mapping. */
function profileOf(change: (text: (value: string) => number) => Partial<ProfileInput>): Uint8Array {
  const strings = new StringTable();
  const text = (value: string) => strings.dedup(value);
  const base: ProfileInput = {
    stringTable: strings,
    sampleType: [
      { type: text('samples'), unit: text('count') },
      { type: text('cpu'), unit: text('nanoseconds') },
    ],
    sample: [{ locationId: [1], value: [2, 20] }],
    location: [{ id: 1, line: [{ functionId: 1, line: 3 }] }],
    function: [{ id: 1, name: text('work'), systemName: 0, filename: text('a.js') }],
  };
  return new Profile({ ...base, ...change(text) }).encode();
}

const read = (bytes: Uint8Array) => pprofBatch(new PprofReader(bytes), OPTIONS);

describe('what another tool wrote', () => {
  it('may have neither mappings, addresses, labels nor a time', () => {
    const { batch, symbols, samples, timeMs } = read(profileOf(() => ({})));
    expect([samples, timeMs]).toEqual([2, OPTIONS.fallbackMs]);
    expect(batch.processes).toMatchObject([{ comm: 'file', exe: '' }]);
    expect(batch.objects).toMatchObject([{ path: '[imported]' }]);
    expect(symbols).toMatchObject([
      { result: { frames: [{ name: 'work', systemName: 'work', file: 'a.js', line: 3 }] } },
    ]);
  });

  it('may give one address to two functions, which stay two', () => {
    const { batch, symbols } = read(
      profileOf((text) => ({
        mapping: [
          { id: 1, memoryStart: 0x1000, memoryLimit: 0x9000, fileOffset: 0x400, filename: text('/bin/x') },
        ],
        sample: [{ locationId: [1, 2], value: [1, 10] }],
        location: [1, 2].map((id) => ({ id, mappingId: 1, address: 0x1234, line: [{ functionId: id }] })),
        function: [1, 2].map((id) => ({ id, name: text(`f${id}`) })),
      })),
    );
    expect(batch.locations).toHaveLength(2);
    expect(batch.locations[0]!.address).toBe(0x634);
    expect(symbols.map(({ result }) => result.ok && result.frames[0]!.name)).toEqual(['f1', 'f2']);
  });

  it('may point to what is not there', () => {
    const { batch, samples } = read(
      profileOf(() => ({
        sample: [
          { locationId: [7, 1], value: [3, 30] },
          { locationId: [], value: [1, 10] },
        ],
      })),
    );
    expect(samples).toBe(4);
    expect(batch.stacks.map(({ locations }) => locations.length)).toEqual([2, 1]);
  });

  it('may count more in one sample than a row holds', () => {
    const { batch, samples } = read(
      profileOf(() => ({ sample: [{ locationId: [1], value: [2 ** 33, 2 ** 40] }] })),
    );
    expect(samples).toBe(2 ** 33);
    expect(batch.samples.length).toBe(3);
    expect(batch.samples.weightNs.reduce((a, b) => a + b, 0)).toBe(2 ** 40);
  });
});

describe('refused is', () => {
  it('a sample that counts more than can be', () => {
    const absurd = profileOf(() => ({ sample: [{ locationId: [1], value: [2 ** 43, 20] }] }));
    expect(() => read(absurd)).toThrow('a sample of it counts 8796093022208 samples');
  });

  it('a profile of something else, with the types that it has', () => {
    const heap = profileOf((text) => ({ sampleType: [{ type: text('inuse_space'), unit: text('bytes') }] }));
    expect(() => read(heap)).toThrow(
      'it is no CPU profile: that has samples/count and cpu/nanoseconds, this one has inuse_space/bytes',
    );
  });

  it('the difference of two profiles', () => {
    const difference = profileOf(() => ({
      sample: [{ locationId: [1], value: [-1n, 20] }],
    }));
    expect(() => read(difference)).toThrow(/negative values/);
  });

  it('anything that is no pprof file, cut short or damaged', () => {
    const whole = gzipSync(profileOf(() => ({})));
    expect(() => read(whole.subarray(0, whole.length - 9))).toThrow('its gzip data is damaged');
    expect(() => read(Buffer.from('hello'))).toThrow(/it is no pprof file/);
    expect(() => read(new Uint8Array())).toThrow(/it is no pprof file/);
    const plain = profileOf(() => ({}));
    for (let end = 0; end < plain.length; end++) {
      try {
        read(plain.subarray(0, end));
      } catch (error) {
        expect(String(error)).toMatch(/^PprofError: /);
      }
    }
  });

  it('what grows beyond every bound when it is decompressed', () => {
    const bomb = gzipSync(Buffer.alloc(3 * 2 ** 20));
    expect(() => new PprofReader(bomb, 2 ** 20)).toThrow('it has more than 1 MiB decompressed');
  });
});
