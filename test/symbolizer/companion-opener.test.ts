import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { CodeObject } from '../../src/model/code-object.ts';
import type { ObjectSource } from '../../src/model/object-source.ts';
import { CompanionOpener, type DebugFileServers } from '../../src/symbolizer/companion-opener.ts';
import type { CompanionRequest } from '../../src/symbolizer/debug-files/companion-request.ts';
import { codeObject } from '../support/symbolizer-fixtures.ts';

const OBJECT = codeObject({ kind: 'elf', path: '/bin/program' });
const BUILD_ID = 'ab'.repeat(20);

/** Files by path; what is open is counted. */
class FakeSource implements ObjectSource {
  openNow = 0;
  readonly asked: [object: string | null, path: string][] = [];
  private readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    this.paths = paths;
  }

  openCompanion(object: CodeObject | null, path: string): ReturnType<ObjectSource['openCompanion']> {
    this.asked.push([object?.path ?? null, path]);
    const fd = this.paths.indexOf(path);
    if (fd < 0) return Promise.resolve({ ok: false, reason: 'no-file' });
    this.openNow++;
    return Promise.resolve({ ok: true, fd, stamp: `stamp of ${path}`, close: () => this.closed() });
  }

  open = () => this.refuse();
  openPerfMap = () => this.refuse();
  openKernelTypes = () => this.refuse();

  private closed(): void {
    this.openNow--;
  }

  private refuse(): Promise<never> {
    return Promise.reject(new Error('not asked for'));
  }
}

function opener(source: FakeSource, servers: DebugFileServers | null = null, patienceMs = 1000) {
  const arrived: string[] = [];
  const onArrival = ({ path }: CodeObject): void => {
    arrived.push(path);
  };
  return { arrived, opener: new CompanionOpener({ source, servers, patienceMs, onArrival }) };
}

function request(paths: string[], kind: CompanionRequest['kind'] = 'debug-file'): CompanionRequest {
  return { kind, paths, proof: { buildId: BUILD_ID, crc32: null } };
}

describe('the opener of companions', () => {
  it('opens nothing for an object whose readers have asked for nothing', async () => {
    const source = new FakeSource(['/d']);
    expect((await opener(source).opener.open(OBJECT)).answers).toEqual([]);
    expect(source.asked).toEqual([]);
  });

  it('opens every candidate of a request inside the root of the object, and closes them all', async () => {
    const source = new FakeSource(['/b', '/c']);
    const { opener: companions } = opener(source);
    companions.remember(OBJECT, [request(['/a', '/b', '/c'])]);
    const opened = await companions.open(OBJECT);
    expect(opened.answers[0]!.candidates).toEqual([
      { path: '/b', fd: 0, stamp: 'stamp of /b' },
      { path: '/c', fd: 1, stamp: 'stamp of /c' },
    ]);
    expect(source.asked.map(([object]) => object)).toEqual(Array(3).fill('/bin/program'));
    expect(source.openNow).toBe(2);
    opened.close();
    expect(source.openNow).toBe(0);
  });

  it('answers a request that came twice once', async () => {
    const { opener: companions } = opener(new FakeSource([]));
    companions.remember(OBJECT, [request(['/a'])]);
    companions.remember(OBJECT, [request(['/a']), request(['/a'], 'supplement')]);
    const { answers } = await companions.open(OBJECT);
    expect(answers.map(({ request: { kind } }) => kind)).toEqual(['debug-file', 'supplement']);
  });

  it('looks for a file that was missing again only when it is told that there may be one', async () => {
    const source = new FakeSource([]);
    const { opener: companions } = opener(source);
    companions.remember(OBJECT, [request(['/away'])]);
    for (let job = 0; job < 3; job++) {
      expect((await companions.open(OBJECT)).answers).toMatchObject([{ candidates: [] }]);
    }
    expect(source.asked.length).toBe(1);
    companions.lookAgain(OBJECT);
    await companions.open(OBJECT);
    expect(source.asked.length).toBe(2);
  });

  it('opens at most 256 files for a job: split units beyond them are taken for missing', async () => {
    const paths = Array.from({ length: 300 }, (_, i) => `/${i}.dwo`);
    const source = new FakeSource(paths);
    const { opener: companions } = opener(source);
    companions.remember(
      OBJECT,
      paths.map((path) => request([path], 'split-unit')),
    );
    const opened = await companions.open(OBJECT);
    expect(opened.answers.length).toBe(300);
    expect(source.openNow).toBe(256);
    opened.close();
    expect(source.openNow).toBe(0);
  });

  it('asks servers only for debug files and supplements that this host lacks, by build id', async () => {
    const asked: string[] = [];
    const servers: DebugFileServers = {
      find: (buildId, kind) => {
        asked.push(`${kind} ${buildId}`);
        return Promise.resolve('/cache/file');
      },
    };
    const source = new FakeSource(['/here', '/cache/file']);
    const { opener: companions } = opener(source, servers);
    const nameless: CompanionRequest = { ...request(['/none']), proof: { buildId: '', crc32: 1 } };
    companions.remember(OBJECT, [request(['/here']), request(['/x.dwo'], 'split-unit'), nameless]);
    companions.remember(OBJECT, [request(['/away'], 'supplement')]);
    const { answers } = await companions.open(OBJECT);
    expect(asked).toEqual([`supplement ${BUILD_ID}`]);
    expect(answers[3]!.candidates.map(({ path }) => path)).toEqual(['/cache/file']);
    // What was fetched lies in this process's own root, not in the object's.
    expect(source.asked.at(-1)).toEqual([null, '/cache/file']);
  });

  it('does not wait longer for a server than it may, and tells when the file has come after all', async () => {
    const servers: DebugFileServers = { find: () => sleep(80).then(() => '/cache/file') };
    const source = new FakeSource([]);
    const { opener: companions, arrived } = opener(source, servers, 10);
    companions.remember(OBJECT, [request(['/away'])]);
    const begin = performance.now();
    expect((await companions.open(OBJECT)).answers[0]!.candidates).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(70);
    expect(arrived).toEqual([]);
    await sleep(120);
    expect(arrived).toEqual(['/bin/program']);
    const asked = source.asked.length;
    await companions.open(OBJECT);
    expect(source.asked.length).toBeGreaterThan(asked);
  });

  it('tells nothing when a slow server does not have the file either', async () => {
    const servers: DebugFileServers = { find: () => sleep(30).then(() => null) };
    const { opener: companions, arrived } = opener(new FakeSource([]), servers, 5);
    companions.remember(OBJECT, [request(['/away'])]);
    await companions.open(OBJECT);
    await sleep(60);
    expect(arrived).toEqual([]);
  });
});
