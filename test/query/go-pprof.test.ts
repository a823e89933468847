// What `go tool pprof` makes of our profiles. Needs the go command, and gcc for a binary to look names up in.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StackTable } from '../../src/model/stack-table.ts';
import { encodePprof } from '../../src/query/pprof.ts';
import { encodePprofDiff } from '../../src/query/pprof-diff.ts';
import { codeObject, frame, stackTable } from './stack-table.ts';

const GO = existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : 'go';
const RANGE = { fromMs: 1_700_000_000_000, untilMs: 1_700_000_010_000 };

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'pilotlight-pprof-'));
  // Since Go 1.24 the tool is compiled when it is first run; `-h` ends with status 2.
  spawnSync(GO, ['tool', 'pprof', '-h']);
}, 600_000);
afterAll(() => rm(dir, { recursive: true }));

async function pprof(table: StackTable, ...args: string[]): Promise<{ out: string; err: string }> {
  return pprofLabelled(table, {}, ...args);
}

async function pprofLabelled(table: StackTable, options: { groupBy?: string }, ...args: string[]) {
  const file = await saved('profile.pb.gz', await encodePprof(table, { range: RANGE, ...options }));
  return goPprof(...args, file);
}

async function saved(name: string, profile: Uint8Array): Promise<string> {
  const file = join(dir, name);
  await writeFile(file, profile);
  return file;
}

function goPprof(...args: string[]): { out: string; err: string } {
  const run = spawnSync(GO, ['tool', 'pprof', ...args], {
    encoding: 'utf8',
    env: { ...process.env, PPROF_TMPDIR: dir },
  });
  expect(run.status, run.stderr).toBe(0);
  return { out: run.stdout, err: run.stderr };
}

function gcc(output: string, ...flags: string[]): string {
  const source =
    'int sum; void work(void) { for (int i = 0; i < 9; i++) sum += i; }\nint main(void) { work(); return sum; }\n';
  const run = spawnSync('gcc', ['-g', '-O0', '-x', 'c', '-', '-o', output, ...flags], {
    input: source,
    encoding: 'utf8',
  });
  expect(run.status, run.stderr).toBe(0);
  return output;
}

/** ELF address of a symbol, as nm tells it. */
function addressOf(binary: string, symbol: string): number {
  const out = spawnSync('nm', [binary], { encoding: 'utf8' }).stdout;
  return parseInt(new RegExp(`^([0-9a-f]+) . ${symbol}$`, 'm').exec(out)![1]!, 16);
}

describe('go tool pprof', () => {
  it('reads a profile without complaint and lists the functions with their shares', async () => {
    const table = {
      ...stackTable(
        'main@app  main@app     start@kernel\nf@app     g>h@app      idle@kernel\n7         2            1',
      ),
      objects: [codeObject('/opt/app', 'elf', 'abcdef'), codeObject('[kernel.kallsyms]', 'kernel')],
    };
    const { out, err } = await pprof(table, '-top');
    expect(err).toBe('');
    expect(out).toMatch(/Type: cpu/);
    expect(out).toMatch(/Duration: 10s, Total samples = 100ms/);
    expect(out).toMatch(/70ms 70\.00% 70\.00% {7}70ms 70\.00% {2}f$/m);
    expect(out).toMatch(/20ms 20\.00% 90\.00% {7}20ms 20\.00% {2}h \(inline\)$/m);
    expect(out).toMatch(/10ms 10\.00% {3}100% {7}10ms 10\.00% {2}idle$/m);
    expect((await pprof(table, '-top', '-sample_index=samples')).out).toMatch(/Total samples = 10 *$/m);
  });

  it('takes inlined calls for calls of their own, at their lines', async () => {
    const at = (name: string, line: number) => frame(name, { file: `/src/${name}.c`, line });
    const table = stackTable('main         main\nouter>inner  top>mid>deep\nleaf\n5            3');
    table.locationFrames = [
      [at('leaf', 40)],
      [at('inner', 20), at('outer', 12)],
      [at('main', 1)],
      [at('deep', 60), at('mid', 55), at('top', 51)],
    ];
    const traces = (await pprof(table, '-traces', '-lines')).out;
    const stacks = traces
      .split(/^-+\+-+$/m)
      .slice(1, -1)
      .map((text) => text.trim().split(/\s*\n\s*/));
    expect(stacks).toEqual([
      [
        '50ms   leaf /src/leaf.c:40',
        'inner /src/inner.c:20 (inline)',
        'outer /src/outer.c:12',
        'main /src/main.c:1',
      ],
      [
        '30ms   deep /src/deep.c:60 (inline)',
        'mid /src/mid.c:55 (inline)',
        'top /src/top.c:51',
        'main /src/main.c:1',
      ],
    ]);
    const { out } = await pprof(table, '-top');
    expect(out).toMatch(/50ms 62\.50% 62\.50% {7}50ms 62\.50% {2}leaf$/m);
    expect(out).toMatch(/30ms 37\.50% {3}100% {7}30ms 37\.50% {2}deep \(inline\)$/m);
    expect(out).toMatch(/ 0 +0% +100% +50ms 62\.50% {2}inner \(inline\)$/m);
  });

  it('sees addresses, mappings, build ids and labels as they are', async () => {
    const table = {
      ...stackTable('main@app  main@app\nf@libc    [unknown]\n7         2', ['node', 'gcc']),
      objects: [codeObject('/lib/libc.so', 'elf', '012345'), codeObject('/opt/app', 'elf', 'abcdef')],
    };
    const { out } = await pprofLabelled(table, { groupBy: 'comm' }, '-raw');
    expect(out).toMatch(/PeriodType: cpu nanoseconds\nPeriod: 10000000\n/);
    expect(out).toMatch(/samples\/count cpu\/nanoseconds/);
    expect(out).toMatch(/^ +7 +70000000: 1 2 *\n +comm:\[node\]/m);
    expect(out).toMatch(/1: 0x1000 M=1 f /);
    expect(out).toMatch(/1: 0x0\/0xffffffffffffffff\/0x0 \/lib\/libc\.so 012345 \[FN\]/);
    expect(out).toMatch(/2: 0x0\/0xffffffffffffffff\/0x0 \/opt\/app abcdef \[FN\]/);
  });

  it.each([
    ['position independent', ['-pie', '-fPIE']],
    ['fixed address', ['-no-pie', '-fno-pie']],
  ])('finds our addresses in a %s binary when it symbolizes on its own', async (_, flags) => {
    const binary = gcc(join(dir, `app-${flags[0]!}`), ...flags);
    const table: StackTable = {
      ...stackTable('[app]@app\n5'),
      locationAddress: Float64Array.of(addressOf(binary, 'work') + 4),
      objects: [codeObject(binary)],
    };
    expect((await pprof(table, '-top')).out).toMatch(/50ms +100% +100% +50ms +100% {2}work$/m);
  });

  it('disassembles and lists a function we have named', async () => {
    const binary = gcc(join(dir, 'app-disasm'), '-no-pie', '-fno-pie');
    const table: StackTable = {
      ...stackTable('work@app\n5'),
      locationAddress: Float64Array.of(addressOf(binary, 'work') + 4),
      objects: [codeObject(binary)],
    };
    expect((await pprof(table, '-disasm=work')).out).toMatch(/50ms +50ms .*[0-9a-f]+: /);
  });

  it('shows markers and stand-ins by their names', async () => {
    const table = stackTable(
      '[truncated]@[marker]  main@app\n[jit]@[jit]           [x.so]@[anon]\n3                     2',
    );
    const { out, err } = await pprof(table, '-top');
    expect(err).toBe('');
    expect(out).toMatch(/30ms .*\[jit\]$/m);
    expect(out).toMatch(/20ms .*\[x\.so\]$/m);
  });
});

describe('go tool pprof on a diff', () => {
  const BEFORE = `
    main@app   main@app       main@app
    parse@app  write@libc.so  lex@app
    70         20             10`;
  const AFTER = `
    main@app   main@app       gc@app
    parse@app  write@libc.so
    35         25             140`;
  const LEFT = {
    range: { fromMs: RANGE.fromMs - 20_000, untilMs: RANGE.fromMs },
    table: stackTable(BEFORE, ['node', 'node', '']),
  };
  const RIGHT = { range: RANGE, table: stackTable(AFTER, ['node', 'node', 'gcc']) };

  async function ours(...args: Parameters<typeof encodePprofDiff>): Promise<string> {
    return saved('diff.pb.gz', await encodePprofDiff(...args));
  }

  async function sides(): Promise<[left: string, right: string]> {
    const file = async (name: string, { table, range }: typeof LEFT) =>
      saved(name, await encodePprof(table, { range, groupBy: 'comm' }));
    return [await file('left.pb.gz', LEFT), await file('right.pb.gz', RIGHT)];
  }

  it.each([['-sample_index=cpu'], ['-sample_index=samples']])(
    'gives what -diff_base gives for the two files, with %s',
    async (index) => {
      const [left, right] = await sides();
      const expected = goPprof('-top', index, '-diff_base', left, right).out;
      expect(expected).toMatch(/140\.00%.* gc$/m);
      expect(goPprof('-top', index, await ours(LEFT, RIGHT, { groupBy: 'comm' })).out).toBe(expected);
    },
  );

  it('gives what -diff_base -normalize gives when shares are compared', async () => {
    const [left, right] = await sides();
    const expected = goPprof('-top', '-normalize', '-diff_base', left, right).out;
    const file = await ours(LEFT, RIGHT, { normalize: 'share', groupBy: 'comm' });
    expect(goPprof('-top', file).out).toBe(expected);
  });

  it('scales the right side to the length of the left when CPUs busy are compared', async () => {
    const file = await ours(LEFT, RIGHT, { normalize: 'core-seconds' });
    expect(goPprof('-top', file).out).toMatch(/2800ms 280\.00% .* gc$/m);
  });

  it('marks the base as pprof does when it saves a diff, and keeps other labels', async () => {
    const [left, right] = await sides();
    const saving = join(dir, 'saved.pb.gz');
    goPprof('-proto', '-output', saving, '-diff_base', left, right);
    const raw = (file: string) => goPprof('-raw', file).out;
    const labels = (text: string) =>
      text
        .split('\n')
        .filter((line) => /^ +(pprof::base|comm):/.test(line))
        .sort();
    const file = await ours(LEFT, RIGHT, { groupBy: 'comm' });
    expect(labels(raw(file))).toContainEqual(expect.stringContaining('pprof::base:[true]'));
    expect(labels(raw(file))).toEqual(labels(raw(saving)));
  });

  it('opens a diff of two windows without samples', async () => {
    const nothing = { table: stackTable([]), range: RANGE };
    expect(goPprof('-top', await ours(nothing, nothing)).out).toMatch(/Total samples = 0/);
    expect(goPprof('-top', await ours(nothing, RIGHT)).out).toMatch(/1400ms .* gc$/m);
    expect(goPprof('-top', await ours(LEFT, nothing, { normalize: 'share' })).out).toMatch(
      /-700ms .* parse$/m,
    );
  });
});

describe('go tool pprof on a window without samples', () => {
  it('opens the profile', async () => {
    expect((await pprof(stackTable([]), '-top')).out).toMatch(/Total samples = 0/);
  });
});
