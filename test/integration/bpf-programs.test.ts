// Frames in BPF programs lead to their source lines. Needs root and BPF; not skipped in CI.
import { execFileSync } from 'node:child_process';
import { ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FdSource } from '../../src/binary/byte-source.ts';
import { native } from '../../src/collector/native.ts';
import type { CodeObject } from '../../src/model/code-object.ts';
import type { StackTable } from '../../src/model/stack-table.ts';
import { BpfProgram } from '../../src/symbolizer/bpf/bpf-program.ts';
import type { SourceFrame } from '../../src/symbolizer/source-frame.ts';
import { Programs, until, type Running } from '../support/programs.ts';
import { Sampling } from '../support/sampling.ts';

/** In front of the source, where the linker would pass over a library that nothing has asked for yet. */
const LIBBPF = ['-Wl,--no-as-needed', '-lbpf'];
const SOURCE = join(import.meta.dirname, '../support/programs/burn.bpf.c');
const programs = new Programs();
let runner: string;
let object: string;
let sampling: Sampling | undefined;

beforeAll(() => {
  runner = programs.compile('run-bpf', 'run-bpf', LIBBPF);
  object = programs.compileBpf('burn.bpf.o', [], SOURCE);
});
afterEach(async () => {
  await programs.stopAll();
  await sampling?.close();
  sampling = undefined;
});
afterAll(() => programs.remove());

/** Numbers of the source lines that carry a mark. */
function linesMarked(mark: string): number[] {
  const lines = readFileSync(SOURCE, 'utf8').split('\n');
  return lines.flatMap((line, i) => (line.includes(`/* ${mark} */`) ? [i + 1] : []));
}

/** A program that is loaded, and its id. */
async function load(seconds: number): Promise<{ running: Running; id: number }> {
  const running = programs.start(runner, [object, seconds], { stdio: ['pipe', 'pipe', 'pipe'] });
  await until('the program is loaded', 10_000, () => running.stdout.includes('\n'));
  return { running, id: Number(running.stdout) };
}

interface Place {
  /** `name:line` of the leaf. */
  leaf: string;
  /** The same of its caller; '' where that is not BPF's code. */
  caller: string;
  file: string;
  samples: number;
}

/** Where stacks end in BPF programs of ours, as the dumps tell it. */
async function placesOf(table: StackTable): Promise<Place[]> {
  const opened = new Map<string, BpfProgram | null>();
  const frameAt = async (location: number | undefined): Promise<SourceFrame | null> => {
    const code = location === undefined ? undefined : table.objects[table.locationObject[location]!]!;
    if (code?.kind !== 'bpf' || !code.path.includes('_burn_')) return null;
    if (!opened.has(code.path)) opened.set(code.path, await readProgram(code));
    return opened.get(code.path)?.framesAt(code.path, table.locationAddress[location!]!)?.[0] ?? null;
  };
  const places: Place[] = [];
  for (const [i, samples] of table.count.entries()) {
    const [leaf, caller] = table.stackLocations.subarray(table.offsets[i], table.offsets[i + 1]);
    const [inner, outer] = [await frameAt(leaf), await frameAt(caller)];
    if (inner)
      places.push({ leaf: nameLine(inner), caller: outer ? nameLine(outer) : '', file: inner.file, samples });
  }
  return places;
}

const nameLine = ({ name, line }: SourceFrame): string => `${name}:${line}`;

/** What the symbolizer would read, through the registry. */
async function readProgram(code: CodeObject): Promise<BpfProgram | null> {
  const opened = await sampling!.run.collector.registry.open(code);
  return opened.ok ? BpfProgram.read(new FdSource(opened.fd)) : null; // left open: the reader reads on
}

const sum = (places: readonly Place[]): number => places.reduce((all, { samples }) => all + samples, 0);

function expectWorkInBoth(places: readonly Place[]): void {
  const on = (name: string, mark: string): Place[] => {
    const lines = linesMarked(mark).map((line) => `${name}:${line}`);
    return places.filter(({ leaf }) => lines.includes(leaf));
  };
  console.log(places.map(({ leaf, caller, samples }) => `${leaf} < ${caller} ${samples}`).join(', '));
  const all = sum(places);
  expect(all).toBeGreaterThan(100);
  const callee = on('burn_in_callee', "callee's work");
  const caller = on('burn_with_a_long_name', "caller's work");
  expect(sum(callee) / all).toBeGreaterThan(0.6);
  expect(sum(caller) / all).toBeGreaterThan(0.02);
  expect(sum([...callee, ...caller]) / all).toBeGreaterThan(0.85);
  // A return address is stored minus one, so that it falls on the line of the call.
  const [call] = linesMarked('the call');
  const called = callee.filter((place) => place.caller === `burn_with_a_long_name:${call}`);
  expect(sum(called) / sum(callee)).toBeGreaterThan(0.9);
  for (const { file } of places) expect(file).toMatch(/\/burn\.bpf\.c$/);
}

describe('a BPF program that burns time', () => {
  it('is seen at its source lines, loaded while sampling runs and unloaded before anybody asks', async () => {
    sampling = await Sampling.start({ rateHz: 499 });
    const { running } = await load(1.5);
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
    await sampling.flush();
    expectWorkInBoth(await placesOf(await sampling.stacks()));
  });

  it('is seen at its source lines, loaded before sampling began', async () => {
    const { running } = await load(4);
    sampling = await Sampling.start({ rateHz: 499 });
    await running.ended;
    await sampling.flush();
    expectWorkInBoth(await placesOf(await sampling.stacks()));
  });

  it('is named by kallsyms for those who have no dump of it', async () => {
    sampling = await Sampling.start({ rateHz: 499 });
    const gone: CodeObject = {
      ...{ id: 1n as CodeObject['id'], kind: 'bpf', buildId: '', size: 0, addressing: 'base' },
      path: 'bpf_prog_0123456789abcdef_gone',
    };
    expect(await sampling.run.collector.registry.open(gone)).toEqual({ ok: false, reason: 'no-file' });
  });
});

describe('the dump of a loaded program', () => {
  it('has every byte of each of its functions on the line where libbpf finds it', async () => {
    const { id } = await load(0);
    expect(native().bpfProgramIds()).toContain(id);
    const { fd, bytes, tags } = native().dumpBpfProgram(id);
    const program = BpfProgram.read(new FdSource(fd));
    expect(bytes).toBe(new FdSource(fd).size);
    expect(tags.length).toBe(3); // of the program, and of each function
    const expected = execFileSync(programs.compile('bpf-lines', 'bpf-lines', LIBBPF), [String(id)], {
      encoding: 'utf8',
    });
    const ours = expected.split('\n').map((line) => {
      const [symbol, offset] = line.split(' ');
      const frame = program.framesAt(`bpf_prog_${symbol}`, Number(offset))?.[0];
      if (frame === undefined) return '';
      expect(symbol!.slice(17)).toBe(frame.name);
      return `${symbol} ${offset} ${frame.file}:${frame.line}:${frame.column}`;
    });
    expect(ours).toEqual(expected.split('\n'));
    const symbols = new Set(ours.flatMap((line) => (line === '' ? [] : [line.split(' ')[0]!])));
    expect(symbols.size).toBe(2);
    const kallsyms = readFileSync('/proc/kallsyms', 'utf8');
    for (const symbol of symbols) expect(kallsyms.includes(` bpf_prog_${symbol}\t[bpf]`)).toBe(true);
  });

  it('stays as it is, and cannot be written to', async () => {
    const { id } = await load(0);
    const { fd } = native().dumpBpfProgram(id);
    const writable = openSync(`/proc/self/fd/${fd}`, 'r+');
    expect(() => writeSync(writable, 'x', 0)).toThrow(/EPERM/);
    expect(() => ftruncateSync(writable, 0)).toThrow(/EPERM/);
  });

  it('is refused for an id that no program has', () => {
    expect(() => native().dumpBpfProgram(0x7fff_fff0)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }) as Error,
    );
  });

  it('describes every program that is loaded on this host', async () => {
    await load(0);
    for (const id of native().bpfProgramIds()) {
      const { fd } = native().dumpBpfProgram(id);
      expect(BpfProgram.read(new FdSource(fd)).byteLength).toBeGreaterThan(0);
    }
  });
});
