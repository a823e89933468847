import { closeSync, openSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CodeFiles } from '../../../bench/lib/code-file.ts';
import type { PerfStack } from '../../../bench/lib/perf-script.ts';
import { agreement, perfProfile } from '../../../bench/stacks/profile.ts';
import { FdSource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { elfLayout } from '../../../src/binary/elf/layout.ts';

const PROGRAM = process.execPath;

/** Where the program begins to run, in its file. */
function entryOffset(): number {
  const fd = openSync(PROGRAM, 'r');
  try {
    const source = new FdSource(fd);
    const { entry } = new ElfFile(source).header;
    const segment = elfLayout(source).segments.find(
      ({ vaddr, memsz }) => entry >= vaddr && entry < vaddr + memsz,
    )!;
    return entry - segment.vaddr + segment.offset;
  } finally {
    closeSync(fd);
  }
}

const stack = (...frames: PerfStack['frames']): PerfStack => ({ pid: 7, tid: 7, frames });
const kernel = { offset: 2 ** 40, path: '[kernel.kallsyms]' };

describe('perfProfile', () => {
  it('takes a stack for whole that ends where its program began, and no other', async () => {
    const start = { offset: entryOffset() + 20, path: PROGRAM };
    const elsewhere = { offset: entryOffset() + 4096, path: PROGRAM };
    const stacks = [
      stack(kernel, elsewhere, start),
      stack(elsewhere),
      stack(elsewhere, { offset: 1, path: '//anon' }),
      stack(kernel),
    ];
    const files = new CodeFiles();
    const { samples, whole, pids, inclusive } = await perfProfile(stacks, files, false);
    files.close();
    expect({ samples, whole, pids: [...pids] }).toEqual({ samples: 4, whole: 0.25, pids: [7] });
    expect(inclusive.get('_start')).toBe(0.25);
  });

  it('looks up the call of a return address, not what follows it', async () => {
    // Of the function before it, the last call is returned to at the first byte of `_start`.
    const behindCall = { offset: entryOffset(), path: PROGRAM };
    const files = new CodeFiles();
    const { whole } = await perfProfile([stack(behindCall, behindCall)], files, true);
    files.close();
    expect(whole).toBe(0);
  });
});

const MANY = { ours: 1e6, theirs: 1e6 };
const RULES = { least: 0.05, tolerance: 0.02 };

describe('agreement', () => {
  it('compares what is large enough in either profile, the largest difference first', () => {
    const ours = new Map([
      ['a', 0.5],
      ['b', 0.04],
      ['c', 0.06],
    ]);
    const theirs = new Map([
      ['a', 0.51],
      ['b', 0.04],
      ['d', 0.3],
    ]);
    const found = agreement(ours, theirs, { ...RULES, samples: MANY });
    expect(found.compared).toBe(3);
    expect(found.largest).toEqual({ name: 'd', ours: 0, theirs: 0.3 });
    expect(found.beyond.map(({ name }) => name)).toEqual(['d', 'c']);
  });

  it('does not take the noise of few samples for a difference', () => {
    const [ours, theirs] = [new Map([['a', 0.5]]), new Map([['a', 0.53]])];
    const beyond = (samples: number) =>
      agreement(ours, theirs, { ...RULES, samples: { ours: samples, theirs: samples } }).beyond.length;
    expect(beyond(1000)).toBe(0);
    expect(beyond(1e6)).toBe(1);
  });
});
