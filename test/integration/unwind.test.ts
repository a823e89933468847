// Whole stacks of programs without frame pointers, walked in the kernel or, of programs that have just begun, from a
// copy. Needs root and BPF; not skipped in CI.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import { LEAF_FRAMES, MAX_USER_FRAMES } from '../../src/collector/wire.gen.ts';
import { WALK_ENDS } from '../../src/model/walk-end.ts';
import { Programs } from '../support/programs.ts';
import { Sampling, total } from '../support/sampling.ts';

const WITHOUT_FRAME_POINTERS = ['-fomit-frame-pointer', '-fno-optimize-sibling-calls'];

const programs = new Programs();
let sampling: Sampling;

beforeAll(async () => {
  sampling = await Sampling.start({ rateHz: 499 });
  // What the host runs already has its tables compiled in the first seconds; stacks wait for them in bounded memory.
  await programs.start(compile('warm-up'), ['plain']).ended;
  await sampling.flush();
}, 60_000);
afterEach(() => programs.stopAll());
afterAll(async () => {
  await sampling.close();
  programs.remove();
});

function compile(name: string, flags: readonly string[] = []): string {
  return programs.compile('callers', name, [...WITHOUT_FRAME_POINTERS, ...flags]);
}

function library(name: string, frameBytes: number): string {
  const flags = ['-shared', '-fPIC', `-DFRAME=${frameBytes}`];
  return programs.compile('called-library', name, [...WITHOUT_FRAME_POINTERS, ...flags]);
}

/** Names of one stack, leaf first, with how many samples it has. */
interface NamedStack {
  names: string[];
  count: number;
}

function stacksOf(table: StackTable): NamedStack[] {
  return Array.from(table.count, (count, i) => {
    const locations = table.stackLocations.subarray(table.offsets[i], table.offsets[i + 1]);
    return {
      count,
      names: [...locations].flatMap((at) => table.locationFrames[at]!.map(({ name }) => name)),
    };
  });
}

const sum = (stacks: readonly NamedStack[]): number => stacks.reduce((all, { count }) => all + count, 0);

/** Samples of the process that were at work, all of them. */
async function working(
  command: string,
  args: readonly (string | number)[],
  leaf = 'work',
): Promise<NamedStack[]> {
  const running = programs.start(command, args);
  const { pid } = running;
  expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  await sampling.flush();
  const stacks = stacksOf(await sampling.stacks({ pid: String(pid) })).filter(({ names }) =>
    names.includes(leaf),
  );
  // Half a second at 499 Hz; the machine may be busy with other things.
  expect(sum(stacks)).toBeGreaterThan(60);
  return stacks;
}

/** Share of the samples in whose stack `path` (leaf first) lies without a gap, and that end in one of `roots`. */
function whole(stacks: readonly NamedStack[], path: readonly string[], roots = ['_start']): number {
  const passing = stacks.filter(({ names }) => {
    const from = names.indexOf(path[0]!);
    return roots.includes(names.at(-1)!) && path.every((name, i) => names[from + i] === name);
  });
  return sum(passing) / sum(stacks);
}

const CHAIN = ['work', 'inner', 'middle', 'outer'];

describe('a program without frame pointers has whole stacks', () => {
  it.each([
    ['as it is', 'plain', []],
    ['linked statically', 'static', ['-static', '-DSTATIC']],
    ['linked statically, at any address', 'static-pie', ['-static-pie', '-DSTATIC']],
    ['with a stack that is realigned', 'realigned', ['-mstackrealign']],
    [
      'with its unwind information in .debug_frame only',
      'debug-frame',
      ['-g', '-fno-asynchronous-unwind-tables'],
    ],
  ])('%s', async (_, name, flags) => {
    const stacks = await working(compile(name, flags), ['plain']);
    expect(whole(stacks, [...CHAIN, 'main'])).toBeGreaterThan(0.95);
  });

  it('in a signal handler on a stack of its own, through to what was interrupted', async () => {
    const stacks = await working(compile('signal'), ['signal']);
    expect(whole(stacks, [...CHAIN, 'on_signal'])).toBeGreaterThan(0.95);
    expect(
      whole(
        stacks.filter(({ names }) => names.includes('raising')),
        CHAIN,
      ),
    ).toBeGreaterThan(0.95);
    expect(
      sum(stacks.filter(({ names }) => names.includes('in_signal') || names.includes('main'))),
    ).toBeGreaterThan(0.95 * sum(stacks));
  });

  it('through a library that was opened while it ran', async () => {
    const stacks = await working(compile('library'), ['library', library('library.so', 200)]);
    expect(whole(stacks, ['work', 'inner_of'])).toBeGreaterThan(0.95);
  });

  it('through a library that lies where another one lay', async () => {
    // Same code at the same addresses, with another frame: rules that were kept of the first would lead astray.
    const libraries = [library('first.so', 200), library('second.so', 1000)];
    const stacks = await working(compile('replaced'), ['replaced', ...libraries]);
    expect(whole(stacks, ['work', 'inner_of'])).toBeGreaterThan(0.95);
  });

  it('in the vDSO', async () => {
    const stacks = await working(compile('clock'), ['clock'], 'clock_work');
    expect(whole(stacks, ['clock_work', ...CHAIN.slice(1), 'main'])).toBeGreaterThan(0.95);
    expect(stacks.some(({ names }) => names[0]!.includes('vdso'))).toBe(true);
  });

  it('of a thread, down to where it was begun', async () => {
    const stacks = await working(compile('thread'), ['thread']);
    // By one of its aliases, or without symbols by its file.
    const roots = ['clone', 'clone3', '__clone', '__clone3', '__GI___clone3', '[libc.so.6]'];
    expect(whole(stacks, [...CHAIN, 'in_thread'], roots)).toBeGreaterThan(0.95);
  });

  it('whose file has been deleted', async () => {
    const copy = join(programs.path, 'deleted');
    copyFileSync(compile('original'), copy);
    const stacks = await working(copy, ['deleted']);
    expect(whole(stacks, [...CHAIN, 'main'])).toBeGreaterThan(0.95);
  });

  it('that runs from memory', async () => {
    const stacks = await working(compile('memfd'), ['memfd']);
    expect(whole(stacks, [...CHAIN, 'main'])).toBeGreaterThan(0.95);
  });
});

describe('a deep stack', () => {
  it('is whole up to 512 frames', async () => {
    const stacks = await working(compile('deep'), ['deep', 450]);
    expect(whole(stacks, ['work', 'recurse'])).toBeGreaterThan(0.95);
    expect(stacks.every(({ names }) => names.filter((name) => name === 'recurse').length <= 451)).toBe(true);
  });

  it('keeps leaf and root frames, and says how many are left out between them', async () => {
    const stacks = await working(compile('deeper'), ['deep', 800]);
    const cut = stacks.filter(({ names }) => names.at(-1) === '_start');
    // A program that has just begun is walked from a copy of 16 KiB of its stack.
    expect(sum(cut)).toBeGreaterThan(0.9 * sum(stacks));
    for (const { names } of cut) {
      const left = names.findIndex((name) => name.startsWith('[… '));
      expect(names.length - left - 1).toBe(MAX_USER_FRAMES - LEAF_FRAMES);
      expect(left).toBeGreaterThanOrEqual(LEAF_FRAMES); // behind the frames of the kernel, if there are any
    }
  });

  it('ends after 1,024 steps, and says so', async () => {
    const stacks = await working(compile('deepest'), ['deep', 3000]);
    expect(sum(stacks.filter(({ names }) => names.at(-1) === '[truncated]'))).toBeGreaterThan(
      0.95 * sum(stacks),
    );
  });
});

describe('what cannot be walked', () => {
  it('is marked with the file that has no unwind information, and stays a sample', async () => {
    const flags = ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-fomit-frame-pointer'];
    const stacks = await working(compile('no-cfi', flags), ['plain']);
    const marked = stacks.filter(({ names }) => names.at(-1) === '[no unwind info: no-cfi]');
    expect(sum(marked)).toBeGreaterThan(0.8 * sum(stacks));
  });

  it('is stepped through by frame pointer where the program keeps one', async () => {
    const flags = ['-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-fno-omit-frame-pointer'];
    const stacks = await working(compile('no-cfi-but-frame-pointers', flags), ['plain']);
    expect(whole(stacks, ['work', 'inner', 'middle', 'outer', 'main'])).toBeGreaterThan(0.9);
  });
});

it('counts how every walk ended', async () => {
  await sampling.flush();
  const { walks } = sampling.run.collector;
  const walked = WALK_ENDS.reduce((all, end) => all + walks[end], 0);
  expect(walked).toBe(total(sampling.conservation().perCpu, ({ samples }) => samples));
});
