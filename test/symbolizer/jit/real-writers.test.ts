// What real runtimes write, read as they wrote it: Node, and CPython where there is one that can.
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import type { JitCode } from '../../../src/symbolizer/jit/jit-code.ts';
import { Jitdump } from '../../../src/symbolizer/jit/jitdump.ts';
import { jitFrames } from '../../../src/symbolizer/jit/jit-name.ts';
import { PerfMap } from '../../../src/symbolizer/jit/perf-map.ts';
import type { SourceFrame } from '../../../src/symbolizer/source-frame.ts';
import { FixtureFolder } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const script = join(folder.path, 'jit-functions.mjs');
copyFileSync(join(import.meta.dirname, '../../support/programs/jit-functions.mjs'), script);

/** Runs a program in the folder, and gives the perf map that it leaves; empty where it leaves none. */
function perfMapOf(command: string, args: readonly string[]): Buffer {
  const { pid, status, stderr } = spawnSync(command, args, { cwd: folder.path, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const path = `/tmp/perf-${pid}.map`;
  try {
    return readFileSync(path);
  } finally {
    rmSync(path, { force: true });
  }
}

function read<T extends JitCode>(code: T, bytes: Uint8Array): T {
  code.refresh(new MemorySource(bytes));
  return code;
}

/** Entries of a map whose code is the last at its address. */
function entriesOf(map: Buffer): { address: number; name: string }[] {
  const entries = map
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, start, size, name] = /^(?:0x)?([0-9a-f]+) (?:0x)?([0-9a-f]+) (.*)$/.exec(line)!;
      return { address: parseInt(start!, 16), size: parseInt(size!, 16), name: name! };
    })
    .filter(({ size }) => size > 0);
  const latest = new Map(entries.map((entry) => [entry.address, entry]));
  return [...latest.values()];
}

const byName = (frames: readonly SourceFrame[], name: string): SourceFrame[] =>
  frames.filter((frame) => frame.name === name && frame.file === script);

describe('Node', () => {
  it('writes a perf map whose every entry is found, with function, place and tier', () => {
    const map = perfMapOf(process.execPath, [
      '--perf-basic-prof',
      '--interpreted-frames-native-stack',
      script,
      '0.3',
    ]);
    const code = read(new PerfMap(), map);
    const entries = entriesOf(map);
    expect(entries.length).toBeGreaterThan(500);
    for (const { address, name } of entries) expect(code.framesAt(address)).toEqual(jitFrames(name));
    expect(code.malformed).toBe(0);
    const grind = byName(
      entries.flatMap(({ address }) => code.framesAt(address)!),
      'grind',
    );
    expect(new Set(grind.map(({ tier }) => tier))).toContain('interpreted');
    expect(new Set(grind.map(({ tier }) => tier))).toContain('optimized');
    for (const { line, column } of grind)
      expect([line, column]).toEqual([4, 'export function grind('.length]);
  });

  it('writes a jitdump whose every table of lines is read', () => {
    execFileSync(process.execPath, ['--perf-prof', script, '0.3'], { cwd: folder.path });
    const name = readdirSync(folder.path).find((each) => /^jit-\d+\.dump$/.test(each))!;
    const code = read(new Jitdump(), readFileSync(join(folder.path, name)));
    const frames: SourceFrame[] = [];
    code.forEachRange((start, end) => {
      const isOurs = code.framesAt(start)![0]!.file === script;
      const step = isOurs ? 1 : 64;
      for (let address = start; address < end; address += step) frames.push(code.framesAt(address)![0]!);
    });
    expect(code.counts.malformed + code.malformedTables).toBe(0);
    const lines = new Set(byName(frames, 'grind').map(({ line }) => line));
    for (const line of [5, 6, 7]) expect(lines).toContain(line);
    expect(Math.max(...lines)).toBeLessThanOrEqual(10);
  });
});

const python = ['python3', 'python3.13', 'python3.12'].find(
  (name) => spawnSync(name, ['-c', 'import sys; sys.exit(not sys.version_info >= (3, 12))']).status === 0,
);

// Debian 12 has Python 3.11, which writes none: there its names are tested on quoted lines alone (jit-name.test.ts).
if (python !== undefined) {
  it('CPython writes a perf map of functions and files', () => {
    const program = folder.write(
      'fib.py',
      'def fib(n):\n  return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(5)\n',
    );
    const executable = execFileSync(python, ['-c', 'import sys; print(sys.executable)'], {
      encoding: 'utf8',
    }).trim();
    const map = perfMapOf(executable, ['-X', 'perf', program]);
    const code = read(new PerfMap(), map);
    const frames = entriesOf(map).flatMap(({ address }) => code.framesAt(address)!);
    expect(frames).toContainEqual({ name: 'fib', file: program, line: 0, column: 0 });
    expect(frames).toContainEqual({ name: '<module>', file: program, line: 0, column: 0 });
  });
}
