// Code that programs make while they run is seen by function, file and line. Needs root and BPF; not skipped in CI.
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { FdSource } from '../../src/binary/byte-source.ts';
import { openPerfMap } from '../../src/collector/host-access.ts';
import type { CodeObject } from '../../src/model/code-object.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { JitFile } from '../../src/symbolizer/jit/jit-file.ts';
import type { SourceFrame } from '../../src/symbolizer/source-frame.ts';
import { Programs, sleep, until, type Running } from '../support/programs.ts';
import { Sampling } from '../support/sampling.ts';

const SOURCE = join(import.meta.dirname, '../support/programs/jit-functions.mjs');
const programs = new Programs();
/** In a folder with a space in its path, which is a URL for the engine. */
const script = join(programs.path, 'jit functions.mjs');
copyFileSync(SOURCE, script);
const maps: string[] = [];
let sampling: Sampling | undefined;

afterEach(async () => {
  await programs.stopAll();
  await sampling?.close();
  sampling = undefined;
  for (const map of maps.splice(0)) rmSync(map, { force: true });
});
afterAll(() => programs.remove());

/** Functions are not inlined, so that each has code of its own. Where a jitdump is written it lies in the folder. */
function startNode(flags: readonly string[], seconds: number): Running {
  const all = ['--no-turbo-inlining', '--no-maglev-inlining', ...flags];
  const supported = all.filter((flag) => !flag.includes('maglev') || hasOption('--maglev-inlining'));
  const running = programs.start(process.execPath, [...supported, script, seconds], { cwd: programs.path });
  maps.push(`/tmp/perf-${running.pid}.map`);
  return running;
}

function hasOption(name: string): boolean {
  return execFileSync(process.execPath, ['--v8-options'], { encoding: 'utf8' }).includes(`${name} `);
}

/** 1-based number of the line with a mark. */
function lineOf(mark: string): number {
  return readFileSync(SOURCE, 'utf8').split('\n').findIndex((line) => line.includes(mark)) + 1; // prettier-ignore
}

interface Leaf {
  /** Null where nothing tells of the code. */
  frame: SourceFrame | null;
  samples: number;
}

/** What the JIT code is in which stacks of the process end, as its file tells it. */
async function leavesOf({ pid }: Running): Promise<Leaf[]> {
  const table: StackTable = await sampling!.stacks({ pid: String(pid) });
  const files = new Map<CodeObject, JitFile>();
  const leaves: Leaf[] = [];
  for (const [i, samples] of table.count.entries()) {
    const leaf = table.stackLocations[table.offsets[i]!]!;
    const object = table.objects[table.locationObject[leaf]!]!;
    if (object.kind !== 'jit') continue;
    if (!files.has(object)) files.set(object, await readFile(object));
    leaves.push({ frame: files.get(object)!.framesAt(table.locationAddress[leaf]!)?.[0] ?? null, samples });
  }
  return leaves;
}

/** Left open: names are read when they are asked for. */
async function readFile(object: CodeObject): Promise<JitFile> {
  const opened = await sampling!.run.collector.registry.open(object);
  if (!opened.ok) throw new Error(opened.reason);
  const file = new JitFile();
  file.refresh(new FdSource(opened.fd));
  return file;
}

function share(leaves: readonly Leaf[], holds: (frame: SourceFrame) => boolean): number {
  const sum = (some: readonly Leaf[]): number => some.reduce((all, { samples }) => all + samples, 0);
  expect(sum(leaves)).toBeGreaterThan(100);
  return sum(leaves.filter(({ frame }) => frame && holds(frame))) / sum(leaves);
}

const isIn = (name: string) => (frame: SourceFrame) => frame.name === name && frame.file === script;

describe('a Node program', () => {
  it('that writes a perf map is seen by function, with the place where it begins and its tier', async () => {
    sampling = await Sampling.start({ rateHz: 499 });
    const running = startNode(['--perf-basic-prof', '--interpreted-frames-native-stack'], 25);
    await sleep(2000);
    await sampling.flush();
    const leaves = await leavesOf(running);
    expect(share(leaves, isIn('grind'))).toBeGreaterThan(0.4);
    expect(share(leaves, isIn('turn'))).toBeGreaterThan(0.15);
    expect(share(leaves, ({ tier }) => tier === 'optimized' || tier === 'maglev')).toBeGreaterThan(0.8);
    const grind = leaves.find(({ frame }) => frame && isIn('grind')(frame))!.frame!;
    expect(grind).toMatchObject({ line: lineOf('function grind'), column: 'export function grind('.length });
  });

  it('that writes a jitdump is seen by line, also when it is gone before anybody asks', async () => {
    sampling = await Sampling.start({ rateHz: 499 });
    const running = startNode(['--perf-prof'], 2);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    rmSync(join(programs.path, `jit-${running.pid}.dump`));
    await sampling.flush();
    expectWorkByLine(await leavesOf(running));
  });

  it('that has written a jitdump before sampling began is seen by line', async () => {
    const running = startNode(['--perf-prof'], 25);
    await sleep(1500);
    sampling = await Sampling.start({ rateHz: 499 });
    await sleep(1500);
    await sampling.flush();
    expectWorkByLine(await leavesOf(running));
  });
});

function expectWorkByLine(leaves: readonly Leaf[]): void {
  // What belongs to a loop may be told of the line of its head or of its body.
  const near = (name: string, mark: string) => (frame: SourceFrame) =>
    isIn(name)(frame) && Math.abs(frame.line - lineOf(mark)) <= 1;
  expect(share(leaves, near('grind', "grind's work"))).toBeGreaterThan(0.4);
  expect(share(leaves, near('turn', "turn's work"))).toBeGreaterThan(0.15);
}

describe('the perf map of a process', () => {
  it('in namespaces of its own is found in its own /tmp, under the pid that it has there', async () => {
    const shell =
      'mount -t tmpfs none /tmp && echo "1000 10 inside as $$" > /tmp/perf-$$.map && echo ready && sleep 30';
    const running = programs.start('unshare', ['--pid', '--mount', '--fork', 'sh', '-c', shell]);
    await until('the map is written', 10_000, () => running.stdout.includes('ready'));
    const opened = openPerfMap(childOf(running.pid));
    if (!opened.ok) throw new Error(opened.reason);
    expect(readFileSync(opened.fd, 'utf8')).toBe('1000 10 inside as 1\n');
    expect(openPerfMap(running.pid)).toEqual({ ok: false, reason: 'no-map' });
  });

  it('is not taken from another user', async () => {
    const running = programs.start('setpriv', ['--reuid', '65534', '--clear-groups', 'sleep', '30']);
    const status = (): string => readFileSync(`/proc/${running.pid}/status`, 'utf8');
    await until('the program is another user’s', 10_000, () => /^Uid:\t65534\t65534/m.test(status()));
    const map = `/tmp/perf-${running.pid}.map`;
    maps.push(map);
    writeFileSync(map, '1000 10 planted\n');
    chmodSync(map, 0o644);
    chownSync(map, 1234, 1234);
    expect(openPerfMap(running.pid)).toEqual({ ok: false, reason: 'no-permission' });
    chownSync(map, 65534, 65534);
    expect(openPerfMap(running.pid).ok).toBe(true);
  });
});

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}
