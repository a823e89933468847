// The Symbolizer with its real worker thread, compiled.
import { execFileSync } from 'node:child_process';
import { appendFileSync, closeSync, openSync, renameSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SymbolResult } from '../../src/model/frame.ts';
import { MARKER_OBJECT, MARKERS } from '../../src/model/location.ts';
import { Symbolizer, type SymbolizerOptions } from '../../src/symbolizer/symbolizer.ts';
import { codeObject, FixtureFolder, PathSource } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
let compiled: URL;
let library: string;
let twiceAt: number;

beforeAll(() => {
  compiled = folder.compiled('symbolizer');
  library = folder.gcc('library.so', 'int twice(int x) { return 2 * x; }', ['-shared', '-fPIC']);
  twiceAt = addressOfTwice(library);
});
afterAll(() => folder.remove());

let open: Symbolizer[] = [];
afterEach(async () => {
  await Promise.all(open.map((symbolizer) => symbolizer.close()));
  open = [];
});

function addressOfTwice(path: string): number {
  const listed = execFileSync('nm', [path], { encoding: 'utf8' });
  return parseInt(/^([0-9a-f]+) T twice$/m.exec(listed)![1]!, 16);
}

function start(options: Partial<SymbolizerOptions> = {}): { symbolizer: Symbolizer; source: PathSource } {
  const source = new PathSource();
  const workerUrl = new URL('worker.js', compiled);
  const symbolizer = new Symbolizer({ source, workerUrl, ...options });
  open.push(symbolizer);
  return { symbolizer, source };
}

/** A worker that behaves badly when it is asked for the path `bad`, and well otherwise. */
function badWorker(name: string, behaviour: string): URL {
  const jobs = new URL('symbolize-job.js', compiled).href;
  const script = `
    import { parentPort } from 'node:worker_threads';
    import { SymbolizeJobs } from '${jobs}';
    const jobs = new SymbolizeJobs(1 << 20);
    parentPort.on('message', (request) => {
      if (request.object.path.endsWith('bad')) { ${behaviour} }
      parentPort.postMessage(jobs.run(request));
    });
    parentPort.postMessage('ready');`;
  return pathToFileURL(folder.write(`${name}.mjs`, script));
}

const text = (results: SymbolResult[]): string[] =>
  results.map((result) => (result.ok ? result.frames.map((f) => f.name).join(' < ') : `(${result.reason})`));

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

describe('Symbolizer', () => {
  it('tells of code made at run time that has given way to other code where it was named', async () => {
    const replaced: string[] = [];
    const { symbolizer } = start({ onCodeReplaced: ({ path }) => replaced.push(path) });
    const path = folder.write('perf-1.map', '1000 10 JS:*first /app/a.js:3:4\n');
    const object = codeObject({ kind: 'jit', path, addressing: 'absolute' });
    const place = { file: '/app/a.js', line: 3, column: 4 };
    const first = { name: 'first', systemName: 'first', ...place, tier: 'optimized' };
    expect(await symbolizer.symbolize(object, [0x1000])).toEqual([{ ok: true, frames: [first] }]);
    expect(replaced).toEqual([]);
    appendFileSync(path, '1000 10 other\n');
    expect(text(await symbolizer.symbolize(object, [0x1008]))).toEqual(['other']);
    expect(replaced).toEqual([path]);
  });

  it('names addresses on a worker thread and closes what it opened', async () => {
    const { symbolizer, source } = start();
    const results = await symbolizer.symbolize(codeObject({ kind: 'elf', path: library }), [twiceAt, 1]);
    expect(results).toEqual([
      { ok: true, frames: [{ name: 'twice', systemName: 'twice', file: '', line: 0, column: 0 }] },
      { ok: false, reason: 'not-covered' },
    ]);
    expect(symbolizer.workerRunning).toBe(true);
    expect(source.openNow).toBe(0);
  });

  it('tells that a debug file which a debug link names has come, and takes it from then on', async () => {
    const { symbolizer } = start();
    const path = folder.gcc('linked.so', 'int twice(int x) {\n return 2 * x;\n}', [
      ...['-g', '-shared', '-fPIC', '-Wl,--build-id=none'],
    ]);
    const debugFile = `${path}.debug`;
    execFileSync('objcopy', ['--only-keep-debug', path, debugFile]);
    execFileSync('objcopy', ['--strip-debug', `--add-gnu-debuglink=${debugFile}`, path]);
    renameSync(debugFile, `${debugFile}.away`);

    const object = codeObject({ kind: 'elf', path });
    const at = addressOfTwice(path);
    const line = async (): Promise<number> => {
      const [result] = await symbolizer.symbolize(object, [at]);
      return result!.ok ? result!.frames[0]!.line : -1;
    };
    expect(await line()).toBe(0);
    const before = await symbolizer.namesVersion(object);
    expect(await symbolizer.namesVersion(object)).toBe(before);
    expect(await line()).toBe(0);
    renameSync(`${debugFile}.away`, debugFile);
    expect(await line()).toBe(0); // not looked for again so soon
    expect(await symbolizer.namesVersion(object)).not.toBe(before);
    expect(await line()).toBe(1);
  });

  it('finds its worker beside itself when it is compiled', async () => {
    const module = (await import(new URL('symbolizer.js', compiled).href)) as {
      Symbolizer: typeof Symbolizer;
    };
    const symbolizer = new module.Symbolizer({ source: new PathSource() });
    open.push(symbolizer);
    const results = await symbolizer.symbolize(codeObject({ kind: 'elf', path: library }), [twiceAt]);
    expect(text(results)).toEqual(['twice']);
  });

  it('answers for markers without opening anything', async () => {
    const { symbolizer, source } = start();
    const addresses = MARKERS.map((_, i) => i);
    expect(text(await symbolizer.symbolize(MARKER_OBJECT, [...addresses, 99]))).toEqual([
      ...MARKERS,
      '(not-covered)',
    ]);
    expect([source.opened, symbolizer.workerRunning]).toEqual([0, false]);
  });

  it('gives a BPF program that was unloaded the name that kallsyms had', async () => {
    const { symbolizer } = start();
    const program = codeObject({ kind: 'bpf', path: 'bpf_prog_12ab_sample', addressing: 'base' });
    expect(text(await symbolizer.symbolize(program, [0, 64]))).toEqual([
      'bpf_prog_12ab_sample',
      'bpf_prog_12ab_sample',
    ]);
  });

  it('reads where the kernel lies, and leaves the descriptor open', async () => {
    const { symbolizer } = start();
    const fd = openSync('/proc/kallsyms', 'r');
    const layout = await symbolizer.kernelLayout(fd);
    closeSync(fd);
    expect(layout).toMatchObject({ ok: true });
    if (layout.ok) expect(layout.etext).toBeGreaterThan(layout.text);
  });

  it('hands a module’s base to the worker', async () => {
    const path = folder.write('mod', 'ffffffff81000000 T _text\nffffffffc0001000 t mod_fn\t[mod]\n');
    const source = new PathSource();
    source.open = () => new PathSource().open(codeObject({ kind: 'elf', path }));
    const moduleBase = (name: string): bigint | null => (name === 'mod' ? 0xffff_ffff_c000_0000n : null);
    const { symbolizer } = start({ source, moduleBase });
    const module = codeObject({ kind: 'module', path: 'mod', addressing: 'base' });
    expect(text(await symbolizer.symbolize(module, [0x1000, 0]))).toEqual(['mod_fn', '(not-covered)']);
  });

  it('names the others when one file is malformed or cannot be opened', async () => {
    const { symbolizer, source } = start();
    const broken = folder.write('broken', Buffer.from('\x7fELF\x02\x01\x01 and then nonsense', 'latin1'));
    const paths = [library, broken, '/nonexistent', library];
    const results = await Promise.all(
      paths.map((path) => symbolizer.symbolize(codeObject({ kind: 'elf', path }), [twiceAt])),
    );
    expect(results.flatMap(text)).toEqual(['twice', '(bad-format)', '(no-file)', 'twice']);
    expect(source.openNow).toBe(0);
  });

  it('treats a source that throws as a file that is gone', async () => {
    const { symbolizer, source } = start();
    source.open = () => Promise.reject(new Error('the sampler is gone'));
    expect(text(await symbolizer.symbolize(codeObject({ kind: 'elf', path: library }), [1]))).toEqual([
      '(no-file)',
    ]);
  });

  it('opens only a few objects at once', async () => {
    const { symbolizer, source } = start();
    const objects = Array.from({ length: 40 }, () => codeObject({ kind: 'elf', path: library }));
    const results = await Promise.all(objects.map((object) => symbolizer.symbolize(object, [twiceAt])));
    expect(new Set(results.flatMap(text))).toEqual(new Set(['twice']));
    expect(source.mostOpen).toBeLessThanOrEqual(3);
  });

  it('starts another worker when one dies, and blames the object', async () => {
    const lost: unknown[] = [];
    const { symbolizer, source } = start({
      workerUrl: badWorker('crashing', 'throw new Error("a fault")'),
      onWorkerLost: (failure, object, error) => lost.push([failure, object?.path, error?.message]),
    });
    const bad = codeObject({ kind: 'elf', path: folder.write('bad', 'x') });
    const good = codeObject({ kind: 'elf', path: library });
    const results = await Promise.all([bad, good].map((object) => symbolizer.symbolize(object, [twiceAt])));
    expect(results.flatMap(text)).toEqual(['(bad-format)', 'twice']);
    expect(lost).toEqual([['crashed', bad.path, 'a fault']]);
    // Asked again it does not cost another worker.
    expect(text(await symbolizer.symbolize(bad, [1]))).toEqual(['(bad-format)']);
    expect(lost.length).toBe(1);
    expect(source.openNow).toBe(0);
  });

  it('replaces a worker that takes too long', async () => {
    const { symbolizer, source } = start({
      workerUrl: badWorker('looping', 'for (;;);'),
      jobTimeoutMs: 1500,
    });
    const bad = codeObject({ kind: 'elf', path: folder.write('bad', 'x') });
    const good = codeObject({ kind: 'elf', path: library });
    const results = await Promise.all([bad, good].map((object) => symbolizer.symbolize(object, [twiceAt])));
    expect(results.flatMap(text)).toEqual(['(bad-format)', 'twice']);
    await until(() => source.openNow === 0);
  });

  it('does not blame objects when no worker can be started', async () => {
    const { symbolizer } = start({ workerUrl: pathToFileURL(`${folder.path}/absent.js`) });
    const object = codeObject({ kind: 'elf', path: library });
    expect(text(await symbolizer.symbolize(object, [1]))).toEqual(['(no-file)']);
    expect(text(await symbolizer.symbolize(object, [1]))).toEqual(['(no-file)']);
  });

  it('ends its worker when idle, and starts one again for new work', async () => {
    const { symbolizer } = start({ idleMs: 20 });
    const object = codeObject({ kind: 'elf', path: library });
    await symbolizer.symbolize(object, [twiceAt]);
    await until(() => !symbolizer.workerRunning);
    expect(text(await symbolizer.symbolize(object, [twiceAt]))).toEqual(['twice']);
  });

  it('answers with misses when it is closed', async () => {
    const { symbolizer, source } = start();
    const object = codeObject({ kind: 'elf', path: library });
    const underWay = [1, 2, 3, 4, 5].map(() => symbolizer.symbolize(object, [twiceAt]));
    await symbolizer.close();
    const later = symbolizer.symbolize(object, [twiceAt]);
    for (const result of [...underWay, later]) {
      expect(['twice', '(no-file)']).toContain(text(await result)[0]);
    }
    expect(text(await later)).toEqual(['(no-file)']);
    await until(() => source.openNow === 0);
    expect(symbolizer.workerRunning).toBe(false);
  });
});
