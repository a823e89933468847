// What the worker does, without a worker.
import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CodeObject } from '../../src/model/code-object.ts';
import { readElfLayout } from '../../src/binary/elf/layout.ts';
import type { SymbolResult } from '../../src/model/frame.ts';
import { resultsOf } from '../../src/symbolizer/chain-columns.ts';
import type { CompanionAnswer, CompanionsReply, SymbolizeReply } from '../../src/symbolizer/protocol.ts';
import { SymbolizeJobs } from '../../src/symbolizer/symbolize-job.ts';
import { codeObject, FixtureFolder, withFd } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const SOURCE = 'int twice(int x) { return 2 * x; } int thrice(int x) { return 3 * x; }';
let library: string;
let twiceAt: number;

beforeAll(() => {
  library = folder.gcc('library.so', SOURCE, ['-shared', '-fPIC', '-Wl,--build-id']);
  const listed = execFileSync('nm', [library], { encoding: 'utf8' });
  twiceAt = parseInt(/^([0-9a-f]+) T twice$/m.exec(listed)![1]!, 16);
});

const shown = (result: SymbolResult): string =>
  result.ok ? result.frames.map(({ name }) => name).join(' < ') : `(${result.reason})`;

function symbolize(...args: Parameters<typeof replyOf>): string[] {
  return resultsOf(replyOf(...args).columns).map(shown);
}

function replyOf(
  jobs: SymbolizeJobs,
  object: CodeObject,
  addresses: number[],
  file = object.path,
): SymbolizeReply {
  const fd = openSync(file, 'r');
  try {
    const request = {
      type: 'symbolize',
      object,
      base: null,
      fd,
      addresses: Float64Array.from(addresses),
    } as const;
    const without: CompanionAnswer[] = [];
    for (;;) {
      const reply = jobs.run({ ...request, companions: without });
      if (reply.type === 'symbolize') return reply;
      // Nothing lies beside the file.
      const { wanted } = reply as CompanionsReply;
      without.push(...wanted.map((companion) => ({ request: companion, candidates: [] })));
    }
  } finally {
    closeSync(fd);
  }
}

const layoutOf = (path: string): Extract<ReturnType<typeof readElfLayout>, { ok: true }> => {
  const layout = withFd(path, readElfLayout);
  if (!layout.ok) throw new Error(layout.reason);
  return layout;
};

describe('SymbolizeJobs', () => {
  it('names ELF addresses, and says which are not covered', () => {
    const object = codeObject({ kind: 'elf', path: library });
    expect(symbolize(new SymbolizeJobs(1 << 20), object, [twiceAt, twiceAt + 1, 1, NaN])).toEqual([
      'twice',
      'twice',
      '(not-covered)',
      '(not-covered)',
    ]);
  });

  it('shows names without the version that the linker appended, and keeps it in the linkage name', () => {
    const script = folder.write('versions.map', 'V_2 { global: answer; local: *; };');
    const source = 'int newest(void) { return 2; } __asm__(".symver newest, answer@@V_2");';
    const flags = ['-shared', '-fPIC', `-Wl,--version-script=${script}`];
    const path = folder.gcc('versions.so', source, flags);
    const listed = execFileSync('nm', [path], { encoding: 'utf8' });
    const address = parseInt(/^([0-9a-f]+) T answer/m.exec(listed)![1]!, 16);
    const object = codeObject({ kind: 'elf', path });
    const [result] = resultsOf(replyOf(new SymbolizeJobs(1 << 20), object, [address]).columns);
    expect(result).toMatchObject({ frames: [{ name: 'answer', systemName: 'answer@@V_2' }] });
  });

  it('takes file offsets where the object has only those', () => {
    const { segments } = layoutOf(library);
    const segment = segments.find((s) => s.executable)!;
    const object = codeObject({ kind: 'elf', path: library, addressing: 'file-offset' });
    const offset = twiceAt - segment.vaddr + segment.offset;
    expect(symbolize(new SymbolizeJobs(1 << 20), object, [offset, 2 ** 40])).toEqual([
      'twice',
      '(not-covered)',
    ]);
  });

  it('names a fixed-address image by bytes from its base, as it does the vDSO', () => {
    const flags = ['-nostdlib', '-static', '-Wl,-Ttext-segment=0x7000000'];
    const path = folder.gcc('fixed', 'void _start(void) { for (;;); }', flags);
    const at = parseInt(
      /^([0-9a-f]+) T _start$/m.exec(execFileSync('nm', [path], { encoding: 'utf8' }))![1]!,
      16,
    );
    const object = codeObject({ kind: 'vdso', path, addressing: 'base' });
    expect(symbolize(new SymbolizeJobs(1 << 20), object, [at - 0x7000000])).toEqual(['_start']);
  });

  it('names functions of the vDSO of this process', () => {
    const mapping = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m.exec(readFileSync('/proc/self/maps', 'utf8'))!;
    const [start, end] = [parseInt(mapping[1]!, 16), parseInt(mapping[2]!, 16)];
    const image = new Uint8Array(end - start);
    withFd('/proc/self/mem', (fd) => readSync(fd, image, 0, image.length, start));
    const path = folder.write('vdso', image);
    const listed = execFileSync('nm', ['-D', path], { encoding: 'utf8' });
    const at = parseInt(/^([0-9a-f]+) [TW] __vdso_clock_gettime/m.exec(listed)![1]!, 16);
    const object = codeObject({ kind: 'vdso', path, addressing: 'base' });
    // One address, two names: `__vdso_clock_gettime` is global, `clock_gettime` weak.
    expect(symbolize(new SymbolizeJobs(1 << 20), object, [at])).toEqual(['__vdso_clock_gettime']);
  });

  it('gives no names from another build than the object is of', () => {
    const { buildId } = layoutOf(library);
    const jobs = new SymbolizeJobs(1 << 20);
    const object = codeObject({ kind: 'elf', path: library, buildId });
    expect(symbolize(jobs, object, [twiceAt])).toEqual(['twice']);
    const flags = ['-O2', '-shared', '-fPIC', '-Wl,--build-id'];
    const other = folder.gcc('other.so', SOURCE.replace('twice', 'zwice'), flags);
    expect(symbolize(jobs, object, [twiceAt], other)).toEqual(['(no-file)']);
    expect(symbolize(jobs, object, [twiceAt])).toEqual(['twice']);
  });

  it('names from an unstripped copy after a stripped one had nothing', () => {
    const { buildId } = layoutOf(library);
    const object = codeObject({ kind: 'elf', path: library, buildId });
    const bare = `${folder.path}/bare.so`;
    execFileSync('strip', ['-R', '.dynsym', '-R', '.symtab', '-o', bare, library], { stdio: 'ignore' });
    const jobs = new SymbolizeJobs(1 << 20);
    expect(symbolize(jobs, object, [twiceAt], bare)).not.toEqual(['twice']);
    expect(symbolize(jobs, object, [twiceAt])).toEqual(['twice']);
  });

  it('gives no names from a file that is written to while it is read, and gives them afterwards', () => {
    const path = folder.write('written.so', readFileSync(library));
    const object = codeObject({ kind: 'elf', path });
    const jobs = new SymbolizeJobs(1 << 20);
    const fd = openSync(path, 'r');
    const addresses = Float64Array.of(twiceAt);
    // The worker goes through them one by one.
    addresses[Symbol.iterator] = function* () {
      yield twiceAt;
      appendFileSync(path, '\0');
      return undefined;
    };
    const request = { type: 'symbolize', object, base: null, fd } as const;
    const asked = { ...request, addresses: Float64Array.of(twiceAt), companions: [] };
    const noDebugFile = jobs.run(asked) as CompanionsReply;
    const companions = noDebugFile.wanted.map((wanted) => ({ request: wanted, candidates: [] }));
    const reply = jobs.run({ ...request, addresses, companions }) as SymbolizeReply;
    expect(resultsOf(reply.columns).map(shown)).toEqual(['(no-file)']);
    closeSync(fd);
    expect(symbolize(jobs, object, [twiceAt])).toEqual(['twice']);
  });

  it('reads a perf map again when it has grown', () => {
    const path = folder.write('perf-1.map', '1000 10 first\n');
    const object = codeObject({ kind: 'jit', path, addressing: 'absolute' });
    const jobs = new SymbolizeJobs(1 << 20);
    expect(symbolize(jobs, object, [0x1000, 0x2000])).toEqual(['first', '(not-covered)']);
    appendFileSync(path, '2000 10 second\n');
    expect(symbolize(jobs, object, [0x1000, 0x2000])).toEqual(['first', 'second']);
  });

  it('tells where addresses that were named hold other code by now', () => {
    const path = folder.write('perf-2.map', '1000 10 first\n2000 10 second\n');
    const object = codeObject({ kind: 'jit', path, addressing: 'absolute' });
    const jobs = new SymbolizeJobs(1 << 20);
    const replaced = (): boolean | undefined => replyOf(jobs, object, [0x1000]).codeReplaced;
    expect(replaced()).toBeUndefined();
    appendFileSync(path, '2000 10 never asked for\n3000 10 elsewhere\n');
    expect(replaced()).toBeUndefined();
    appendFileSync(path, '1008 10 over a part that was not asked for\n1000 8 other\n');
    expect(replaced()).toBe(true);
    expect(replaced()).toBeUndefined();
  });

  it('names kernel and module functions from kallsyms', () => {
    const path = folder.write(
      'kallsyms',
      'ffffffff81000000 T _text\nffffffff81000010 T start_kernel\nffffffffc0000100 t mod_fn\t[mod]\n',
    );
    const jobs = new SymbolizeJobs(1 << 20);
    const kernel = codeObject({ kind: 'kernel', path: '[kernel.kallsyms]', addressing: 'base' });
    const module = codeObject({ kind: 'module', path: 'mod', addressing: 'base' });
    const absent = codeObject({ kind: 'module', path: 'absent', addressing: 'base' });
    expect(symbolize(jobs, kernel, [0x10, 0x11], path)).toEqual(['start_kernel', 'start_kernel']);
    expect(symbolize(jobs, module, [0], path)).toEqual(['mod_fn']);
    expect(symbolize(jobs, absent, [0], path)).toEqual(['(no-symbols)']);
  });

  it('answers with reasons for what cannot be read', () => {
    const jobs = new SymbolizeJobs(1 << 20);
    const script = folder.write('script.sh', '#!/bin/sh\necho hello\n');
    expect(symbolize(jobs, codeObject({ kind: 'elf', path: script }), [1, 2])).toEqual([
      '(bad-format)',
      '(bad-format)',
    ]);
    expect(symbolize(jobs, codeObject({ kind: 'elf', path: folder.path }), [1])).toEqual(['(no-file)']);
  });

  it('holds its indexes within the budget', () => {
    const jobs = new SymbolizeJobs(8192);
    for (let i = 0; i < 40; i++) {
      const object = codeObject({ kind: 'elf', path: library, buildId: '' });
      symbolize(jobs, { ...object, id: BigInt(i) as CodeObject['id'] }, [twiceAt]);
    }
    expect(jobs.indexBytes).toBeLessThanOrEqual(8192);
    expect(jobs.indexBytes).toBeGreaterThan(0);
  });
});
