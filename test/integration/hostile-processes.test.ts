// Programs that would mislead a profiler or wear it out: each costs no more than others do, and is taken for no other.
// Needs root and BPF; not skipped in CI.
import { randomBytes } from 'node:crypto';
import { chownSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import { Programs, sleep } from '../support/programs.ts';
import { Sampling } from '../support/sampling.ts';

const RATE_HZ = 499;
const programs = new Programs();
let sampling: Sampling;

beforeAll(async () => {
  sampling = await Sampling.start({ rateHz: RATE_HZ });
});
afterEach(() => programs.stopAll());
afterAll(async () => {
  await sampling.close();
  programs.remove();
});

/** Samples by the functions and stand-ins that are in their stacks. */
function samplesByName(table: StackTable, group?: string): Map<string, number> {
  const samples = new Map<string, number>();
  table.count.forEach((count, i) => {
    if (group !== undefined && table.group![i] !== group) return;
    const stack = table.stackLocations.subarray(table.offsets[i], table.offsets[i + 1]);
    const names = [...stack].flatMap((at) => table.locationFrames[at]!.map(({ name }) => name));
    for (const name of new Set(names)) samples.set(name, (samples.get(name) ?? 0) + count);
  });
  return samples;
}

const all = (table: StackTable): number => table.count.reduce((sum, count) => sum + count, 0);

async function ofPid(pid: number): Promise<StackTable> {
  await sampling.flush();
  return sampling.stacks({ pid: String(pid) });
}

/** A program with one function of that name, in a file of that name. */
const programOf = (name: string, functionName: string) =>
  programs.compile('one-function', name, [`-DFUNCTION=${functionName}`]);

/** What others do is seen as ever. */
async function expectOthersNamed(): Promise<void> {
  const running = programs.start(programOf('bystander', 'of_a_bystander'), [0.5]);
  expect((await running.ended).code).toBe(0);
  const table = await ofPid(running.pid);
  expect(samplesByName(table).get('of_a_bystander')! / all(table)).toBeGreaterThan(0.8);
  expect(sampling.conservation()).toMatchObject({ closed: true, unaccounted: 0 });
}

describe('a program whose file is replaced while it runs', () => {
  it('and the one that replaces it are each named by their own code', async () => {
    const path = programOf('replaced', 'before_it');
    const other = programOf('replacing', 'after_it');
    const old = programs.start(path, [1.5]);
    await sleep(500);
    renameSync(other, path);
    const young = programs.start(path, [1]);
    expect((await young.ended).code).toBe(0);
    expect((await old.ended).code).toBe(0);

    const [before, after] = [await ofPid(old.pid), await ofPid(young.pid)];
    expect(samplesByName(before).get('before_it')! / all(before)).toBeGreaterThan(0.9);
    expect(samplesByName(after).get('after_it')! / all(after)).toBeGreaterThan(0.9);
    expect(samplesByName(before).has('after_it') || samplesByName(after).has('before_it')).toBe(false);
    const buildIds = [before, after].map(
      ({ objects }) => objects.find((object) => object.path.startsWith(path))!.buildId,
    );
    expect(new Set(buildIds).size).toBe(2);
  });
});

describe('a program with the build id of another', () => {
  it.each(['first', 'last'])('is not taken for it, nor it for that, where it comes %s', async (turn) => {
    const real = programOf(`real-${turn}`, 'of_the_real_one');
    const buildId = buildIdOf(real);
    const flags = ['-DFUNCTION=of_the_impostor', `-Wl,--build-id=0x${buildId}`];
    const impostor = programs.compile('one-function', `impostor-${turn}`, flags);
    expect(buildIdOf(impostor)).toBe(buildId);
    chownSync(impostor, NOBODY, NOBODY);
    const run = async (program: string): Promise<number> => {
      const running = programs.start(program, [0.5]);
      expect((await running.ended).code).toBe(0);
      return running.pid;
    };
    const programsInTurn = turn === 'first' ? [impostor, real] : [real, impostor];
    const pids = new Map<string, number>();
    for (const program of [...programsInTurn, ...programsInTurn]) pids.set(program, await run(program));
    for (const [program, own] of [
      [real, 'of_the_real_one'],
      [impostor, 'of_the_impostor'],
    ] as const) {
      const table = await ofPid(pids.get(program)!);
      expect(samplesByName(table).get(own)! / all(table)).toBeGreaterThan(0.8);
    }
  });
});

describe('two programs that have had the same pid', () => {
  it('are told apart in every sample', async () => {
    const both = [programOf('holder-one', 'work_of_one'), programOf('holder-two', 'work_of_two')];
    const ended = await programs.start(programs.compile('same-pid'), [0.6, ...both]).ended;
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    await sampling.flush();
    const table = await sampling.stacks({ pid: ended.stdout.trim() }, 'comm');
    const [one, two] = both.map((program) => samplesByName(table, basename(program)));
    for (const [own, functionName, foreign] of [
      [one!, 'work_of_one', 'work_of_two'],
      [two!, 'work_of_two', 'work_of_one'],
    ] as const) {
      expect(own.get(functionName)).toBeGreaterThan(100);
      expect(own.has(foreign)).toBe(false);
    }
  });
});

describe('a thousand forks a second, each with a name of its own', () => {
  it('leave memory bounded, every sample accounted for, and others named', async () => {
    const bytesBefore = process.memoryUsage().rss;
    const ended = await programs.start(programs.compile('fork-storm'), [1000, 5]).ended;
    const forked = Number(ended.stdout);
    await sampling.flush();
    const grownBytes = process.memoryUsage().rss - bytesBefore;
    const storm = await sampling.countsBy('comm');
    const names = [...storm.keys()].filter((comm) => comm.startsWith('storm-'));
    console.log(`${forked} forks, ${names.length} of them sampled; ${(grownBytes / 1e6).toFixed(0)} MB more`);
    expect(forked).toBeGreaterThan(1000);
    expect(names.length).toBeGreaterThan(20);
    expect(grownBytes).toBeLessThan(300e6);
    await expectOthersNamed();
  }, 60_000);
});

describe('a stack that lies', () => {
  /** Of user frames; a stack has kernel frames and markers besides. */
  const MOST_FRAMES = 512 + 128 + 8;

  it.each([
    ['loop', '[bad stack]'],
    ['deep', '[truncated]'],
    ['foreign', 'works_below_a_lie'],
    ['nowhere', '[unknown]'],
  ])('by "%s" ends in bounds, and every sample has what it does tell', async (how, sign) => {
    const running = programs.start(programs.compile('lying-stack'), [how, 0.8]);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    const table = await ofPid(running.pid);
    const samples = samplesByName(table);
    expect(all(table)).toBeGreaterThan(200);
    expect(samples.get('works_below_a_lie')! / all(table)).toBeGreaterThan(0.9);
    expect(samples.get(sign)! / all(table)).toBeGreaterThan(0.8);
    table.count.forEach((_, i) => {
      expect(table.offsets[i + 1]! - table.offsets[i]!).toBeLessThanOrEqual(MOST_FRAMES);
    });
    await expectOthersNamed();
  });
});

/** Who owns no files: uid and gid. */
const NOBODY = 65534;

const buildIdOf = (path: string) => {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(BUILD_ID_NOTE) + BUILD_ID_NOTE.length;
  return bytes.toString('hex', at, at + 20);
};

/** In front of a build id of 20 bytes: lengths of name and content, NT_GNU_BUILD_ID, name. */
const BUILD_ID_NOTE = Buffer.from('040000001400000003000000474e5500', 'hex');

/**
 * The front of a real program, so that what is wrong is wrong in something that is looked at; with a build id of its
 * own, since a file with that of another is the same object.
 */
function craftedElf(wrong: (header: DataView) => void): Buffer {
  const bytes = Buffer.from(readFileSync('/bin/sh').subarray(0, 8192));
  randomBytes(20).copy(bytes, bytes.indexOf(BUILD_ID_NOTE) + BUILD_ID_NOTE.length);
  wrong(new DataView(bytes.buffer, bytes.byteOffset));
  return bytes;
}

/** Offsets in Elf64_Ehdr. */
const EHDR = { phoff: 32, shoff: 40, phnum: 56, shentsize: 58, shnum: 60, shstrndx: 62 };

describe('code in an object that no linker made', () => {
  it.each<[string, Buffer]>([
    ['of text', Buffer.from('<html>'.repeat(1000))],
    ['of an ELF header alone', craftedElf(() => undefined).subarray(0, 40)],
    [
      'with sections beyond its end',
      craftedElf((header) => header.setBigUint64(EHDR.shoff, 0xffff_ffff_ffff_0000n, true)),
    ],
    [
      'with as many segments as can be told, over and over the same',
      craftedElf((header) => header.setUint16(EHDR.phnum, 0xfffe, true)),
    ],
    [
      'with sections that its text is taken for',
      craftedElf((header) => {
        header.setBigUint64(EHDR.shoff, 64n, true);
        header.setUint16(EHDR.shnum, 100, true);
        header.setUint16(EHDR.shstrndx, 99, true);
      }),
    ],
  ])('%s is told by its file, and costs others nothing', async (_, content) => {
    const file = join(programs.path, 'crafted.so');
    writeFileSync(file, content);
    const running = programs.start(programs.compile('crafted-object'), [file, 0.6]);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    const table = await ofPid(running.pid);
    expect(samplesIn(table, file) / all(table)).toBeGreaterThan(0.8);
    await expectOthersNamed();
  });

  it('at the end of 4 GB of nothing is told by its file, and nothing is read whole', async () => {
    const file = join(programs.path, 'sparse.so');
    writeFileSync(
      file,
      craftedElf(() => undefined),
    );
    truncateSync(file, 4 * 2 ** 30);
    const bytesBefore = process.memoryUsage().rss;
    const running = programs.start(programs.compile('crafted-object'), [file, 0.6]);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    const table = await ofPid(running.pid);
    expect(samplesIn(table, file) / all(table)).toBeGreaterThan(0.8);
    expect(process.memoryUsage().rss - bytesBefore).toBeLessThan(300e6);
    await expectOthersNamed();
  });
});

/** With a leaf in the file. */
function samplesIn(table: StackTable, file: string): number {
  return table.count.reduce((sum, count, i) => {
    const leaf = table.stackLocations[table.offsets[i]!]!;
    return table.objects[table.locationObject[leaf]!]!.path === file ? sum + count : sum;
  }, 0);
}

describe('a perf map of 4 GB', () => {
  it('is read from its end, and its names cannot act on anything', async () => {
    const bytesBefore = process.memoryUsage().rss;
    const running = programs.start(programs.compile('crafted-map'), ['a\x1b]0;b\x07\x9bc', 1.5]);
    onTestFinished(() => rmSync(`/tmp/perf-${running.pid}.map`, { force: true }));
    await sleep(1000);
    const table = await ofPid(running.pid);
    const wanted = samplesByName(table).get('a\ufffd]0;b\ufffd\ufffdc') ?? 0;
    expect(wanted / all(table)).toBeGreaterThan(0.8);
    expect(process.memoryUsage().rss - bytesBefore).toBeLessThan(300e6);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    await expectOthersNamed();
  });
});
