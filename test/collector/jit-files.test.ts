// Which file tells of a process image's code, on a host whose processes are made up.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isJitdump, JitFiles } from '../../src/collector/jit-files.ts';
import { objectId } from '../../src/model/code-object.ts';
import type { OpenResult } from '../../src/model/object-source.ts';
import { FakeSamplerHost, writeText } from '../support/fake-sampler-host.ts';

const image = (text: string) => objectId('jit', 'absolute', text);
const [FIRST, SECOND] = [image('7:100:0'), image('7:100:1')];
const MAPPING = { pid: 7, start: 0x5000n, end: 0x6000n };

let folder: string;
let host: FakeSamplerHost;
let files: JitFiles;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-jit-files-'));
  host = new FakeSamplerHost();
  files = new JitFiles(host);
  files.add(FIRST, 7);
});
afterEach(() => {
  vi.restoreAllMocks();
  files.close();
  rmSync(folder, { recursive: true });
  expect(host.openNow).toBe(0);
});

const file = (name: string): string => writeText(join(folder, name), name);

async function content(opening: Promise<OpenResult>): Promise<string> {
  const opened = await opening;
  if (!opened.ok) return `(${opened.reason})`;
  const text = readFileSync(`/proc/self/fd/${opened.fd}`, 'utf8');
  opened.close();
  return text;
}

/** So many ms of performance.now() later. */
function later(ms: number): void {
  const now = performance.now() + ms;
  vi.spyOn(performance, 'now').mockReturnValue(now);
}

describe('JitFiles', () => {
  it('opens the perf map of the process, each time anew', async () => {
    host.perfMaps.set(7, file('perf map'));
    expect(await content(files.open(FIRST))).toBe('perf map');
    host.perfMaps.set(7, file('replaced'));
    expect(await content(files.open(FIRST))).toBe('replaced');
    expect(host.openNow).toBe(1);
  });

  it('asks a process without one again after a while only, twice as long after each look', async () => {
    const look = async (afterMs: number): Promise<[found: string, looks: number]> => {
      later(afterMs);
      return [await content(files.open(FIRST)), host.calls.length];
    };
    expect(await look(0)).toEqual(['(no-map)', 1]);
    expect(await look(200)).toEqual(['(no-map)', 1]);
    expect(await look(100)).toEqual(['(no-map)', 2]);
    host.perfMaps.set(7, file('perf map'));
    expect(await look(400)).toEqual(['(no-map)', 2]);
    expect(await look(200)).toEqual(['perf map', 3]);
  });

  it('asks every 15 seconds at last', async () => {
    for (let looks = 1; looks <= 10; looks++) {
      later(15_000);
      await content(files.open(FIRST));
      expect(host.calls.length).toBe(looks);
    }
    later(14_000);
    await content(files.open(FIRST));
    expect(host.calls.length).toBe(10);
  });

  it('prefers the jitdump, which it opens as soon as it is mapped, and keeps', async () => {
    host.perfMaps.set(7, file('perf map'));
    host.mappedFiles.set(7, file('jitdump'));
    await files.addDump(FIRST, MAPPING);
    host.mappedFiles.clear(); // the process is gone
    expect(await content(files.open(FIRST))).toBe('jitdump');
    expect(await content(files.open(FIRST))).toBe('jitdump');
    expect(await content(files.openMap(FIRST))).toBe('perf map');
    expect(host.calls).toEqual(['openObject 7 5000', 'openPerfMap 7']);
  });

  it('takes the perf map where the jitdump cannot be opened', async () => {
    host.perfMaps.set(7, file('perf map'));
    await files.addDump(FIRST, MAPPING);
    expect(await content(files.open(FIRST))).toBe('perf map');
  });

  it('tries to open the jitdump again where the sampler was away', async () => {
    host.faults.set('openObject 7 5000', new Error('the sampler is away'));
    await expect(files.addDump(FIRST, MAPPING)).rejects.toThrow('away');
    host.faults.clear();
    host.mappedFiles.set(7, file('jitdump'));
    expect(await content(files.open(FIRST))).toBe('jitdump');
  });

  it('names the code of an exited process from the map that it had', async () => {
    host.perfMaps.set(7, file('perf map'));
    await content(files.open(FIRST));
    host.perfMaps.clear();
    expect(await content(files.open(FIRST))).toBe('perf map');
  });

  it('never takes the map of a pid’s next image for that of the one before', async () => {
    host.perfMaps.set(7, file('of the first'));
    await content(files.open(FIRST));
    files.add(SECOND, 7);
    host.perfMaps.set(7, file('of the second'));
    expect(await content(files.open(FIRST))).toBe('of the first');
    expect(await content(files.open(SECOND))).toBe('of the second');
  });

  it('gives code that goes on as another object the files of the image', async () => {
    host.mappedFiles.set(7, file('jitdump'));
    await files.addDump(FIRST, MAPPING);
    files.add(SECOND, files.pidOf(FIRST)!);
    files.inherit(FIRST, SECOND);
    expect(await content(files.open(SECOND))).toBe('jitdump');
    // What the files tell from now on is of the other object.
    expect(await content(files.open(FIRST))).toBe('jitdump');
    later(31_000);
    expect(await content(files.open(FIRST))).toBe('(no-map)');
    expect(await content(files.openMap(FIRST))).toBe('(no-map)');
    expect(await content(files.open(SECOND))).toBe('jitdump');
    expect(files.pidOf(image('never seen'))).toBeUndefined();
  });

  it('tells of no perf map beside a jitdump where there is no jitdump', async () => {
    host.perfMaps.set(7, file('perf map'));
    expect(await content(files.openMap(FIRST))).toBe('(no-map)');
  });

  it('knows no file of images that it was not told of', async () => {
    expect(await content(files.open(SECOND))).toBe('(no-map)');
    await files.addDump(SECOND, MAPPING);
    expect(host.calls).toEqual([]);
  });

  it('keeps a bounded number of files open', async () => {
    host.perfMaps.set(8, file('map'));
    for (let i = 0; i < 100; i++) {
      files.add(image(`8:${i}:0`), 8);
      await content(files.open(image(`8:${i}:0`)));
    }
    expect(host.openNow).toBeLessThanOrEqual(64);
  });
});

it.each([
  ['/tmp/jit-4711.dump', true],
  ['/root/.debug/jit/llvm-IR-jit-20261123-1a2b3c/jit-4711.dump', true],
  ['/jit-1.dump (deleted)', true],
  ['/app/jit-.dump', false],
  ['/app/xjit-1.dump', false],
  ['/app/jit-1.dump.so', false],
  ['jit-1.dump', false],
])('isJitdump(%j) is %s', (path, expected) => {
  expect(isJitdump(path)).toBe(expected);
});
