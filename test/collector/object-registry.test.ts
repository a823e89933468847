// Objects and their files, on a host whose processes are made up.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ElfLayout } from '../../src/collector/object-ref.ts';
import type { ObjectRef } from '../../src/collector/object-ref.ts';
import { kernelBuildId, ObjectRegistry, parseGnuBuildId } from '../../src/collector/object-registry.ts';
import type { CodeObject } from '../../src/model/code-object.ts';
import { MARKER_OBJECT } from '../../src/model/location.ts';
import { FakeSamplerHost, writeText } from '../support/fake-sampler-host.ts';

/** Files of the test are `BUILD_ID` or `content:KEY`; anything else is no ELF file. */
function readLayout(fd: number): ElfLayout {
  const text = readFileSync(fd, 'utf8');
  if (text.startsWith('junk')) return { ok: false, reason: 'bad-format' };
  const contentKey = text.replace('content:', '');
  const buildId = text.startsWith('content:') ? '' : text;
  return { ok: true, buildId, size: text.length, segments: [], contentKey };
}

let folder: string;
let host: FakeSamplerHost;
let registry: ObjectRegistry;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-objects-'));
  host = new FakeSamplerHost();
  registry = new ObjectRegistry(host, readLayout);
});
afterEach(() => {
  registry.close();
  rmSync(folder, { recursive: true });
  expect(host.openNow).toBe(0);
});

const file = (name: string, text: string): string => writeText(join(folder, name), text);
const byInode = (inode: string, generation = '') => ({ device: '08:01', inode, generation });
const LIB = byInode('5');
/** As the file lies there now. */
const asItIs = (path: string) => byInode(String(statSync(path).ino));

async function loaded(ref: ObjectRef): Promise<CodeObject> {
  await registry.load(ref);
  return ref.object!;
}

/** What the symbolizer would read. */
async function contentOf(object: CodeObject): Promise<string> {
  const opened = await registry.open(object);
  if (!opened.ok) return `(${opened.reason})`;
  // By position: the descriptor may have been read before.
  const text = readFileSync(`/proc/self/fd/${opened.fd}`, 'utf8');
  opened.close();
  return text;
}

describe('ObjectRegistry', () => {
  it('reads a file through a process that maps it', async () => {
    host.mappedFiles.set(7, file('lib', 'aabb'));
    const ref = registry.refOf('/lib/x.so', LIB, 7, 0x1000n, 0x2000n);
    expect(ref.object).toBeNull();
    expect(await loaded(ref)).toMatchObject({
      kind: 'elf', buildId: 'aabb', path: '/lib/x.so', size: 4, addressing: 'elf',
    }); // prettier-ignore
    expect(host.calls).toEqual(['openObject 7 1000']);
  });

  it('tells files apart by path, device, inode and generation', () => {
    const refs = [
      registry.refOf('/a', byInode('1'), 7, 0n, 1n),
      registry.refOf('/a', byInode('1', '4'), 7, 0n, 1n),
      registry.refOf('/a', byInode('1', '5'), 7, 0n, 1n),
      registry.refOf('/a', byInode('2'), 7, 0n, 1n),
      registry.refOf('/b', byInode('1'), 7, 0n, 1n),
      registry.refOf('/a', { ...byInode('1'), device: '08:02' }, 7, 0n, 1n),
    ];
    expect(new Set(refs).size).toBe(6);
    expect(registry.refOf('/a', byInode('1'), 9, 0n, 1n)).toBe(refs[0]);
  });

  it('gives files of one build the same identity, wherever they lie', async () => {
    host.mappedFiles.set(7, file('lib', 'aabb'));
    const here = await loaded(registry.refOf('/lib/x', LIB, 7, 0n, 1n));
    const there = await loaded(registry.refOf('/overlay/lib/x', byInode('6'), 7, 0n, 1n));
    expect(there.id).toBe(here.id);
  });

  it('tells files without a build id apart by their content', async () => {
    host.mappedFiles
      .set(1, file('one', 'content:k1'))
      .set(2, file('two', 'content:k2'))
      .set(3, file('three', 'content:k1'));
    const ids = [];
    for (const pid of [1, 2, 3])
      ids.push((await loaded(registry.refOf('/x', byInode(String(pid)), pid, 0n, 1n))).id);
    expect(ids[0]).toBe(ids[2]);
    expect(ids[0]).not.toBe(ids[1]);
  });

  it('falls back to the path when the process has exited', async () => {
    const path = file('lib', 'aabb');
    expect(await loaded(registry.refOf(path, asItIs(path), 7, 0n, 1n))).toMatchObject({
      addressing: 'elf',
    });
  });

  it('trusts the path of an exited process’s file only when the inode is the same', async () => {
    const path = file('lib', 'content:k1');
    const { ino } = statSync(path);
    expect(await loaded(registry.refOf(path, byInode(String(ino + 1)), 7, 0n, 1n))).toMatchObject({
      path,
      addressing: 'file-offset',
    });
    expect(await loaded(registry.refOf(path, byInode(String(ino)), 7, 0n, 1n))).toMatchObject({
      path,
      addressing: 'elf',
    });
  });

  it('does not trust a file that was made after the process was seen, though it has the same inode', async () => {
    const path = file('lib', 'content:k1');
    const ref = registry.refOf(path, byInode(String(statSync(path).ino)), 7, 0n, 1n);
    ref.seenAtMs = statSync(path).ctimeMs - 1000;
    expect(await loaded(ref)).toMatchObject({ addressing: 'file-offset' });
  });

  it('does not wait at a pipe that stands where the file was', async () => {
    const path = join(folder, 'pipe');
    execFileSync('mkfifo', [path]);
    expect(await loaded(registry.refOf(path, LIB, 7, 0n, 1n))).toMatchObject({
      addressing: 'file-offset',
    });
    expect(await contentOf({ ...MARKER_OBJECT, kind: 'elf', path })).toBe('(no-file)');
    expect(await contentOf({ ...MARKER_OBJECT, kind: 'elf', path: folder })).toBe('(no-file)');
  });

  it('keeps file offsets for what is no ELF file', async () => {
    host.mappedFiles.set(7, file('data', 'junk'));
    expect(await loaded(registry.refOf('/data', byInode('5'), 7, 0n, 1n))).toMatchObject({
      addressing: 'file-offset',
      buildId: '',
    });
  });

  it('calls a deleted file by the name that it had', async () => {
    host.mappedFiles.set(7, file('lib', 'aabb'));
    const ref = registry.refOf('/tmp/lib.so (deleted)', byInode('5'), 7, 0n, 1n);
    expect((await loaded(ref)).path).toBe('/tmp/lib.so');
  });

  it('opens a file once for all who wait for it, and never again', async () => {
    host.mappedFiles.set(7, file('lib', 'aabb'));
    const ref = registry.refOf('/lib/x', LIB, 7, 0n, 1n);
    await Promise.all([registry.load(ref), registry.load(ref)]);
    await registry.load(ref);
    expect(host.calls).toHaveLength(1);
  });

  describe('open', () => {
    it('gives the symbolizer the file of a process that has exited since', async () => {
      host.mappedFiles.set(7, file('lib', 'aabb'));
      const object = await loaded(registry.refOf('/lib/x', LIB, 7, 0n, 1n));
      host.mappedFiles.clear();
      rmSync(join(folder, 'lib'));
      expect(await contentOf(object)).toBe('aabb');
      expect(await contentOf(object)).toBe('aabb');
    });

    it('opens again through a living process what it no longer keeps open', async () => {
      const paths = Array.from({ length: 300 }, (_, i) => file(`lib${i}`, (0x1000 + i).toString(16)));
      const objects = [];
      for (const [i, path] of paths.entries()) {
        host.mappedFiles.set(i, path);
        objects.push(await loaded(registry.refOf(path, byInode((0x1000 + i).toString(16)), i, 0n, 1n)));
      }
      expect(host.openNow).toBeLessThanOrEqual(256);
      const before = host.calls.length;
      expect(await contentOf(objects[0]!)).toBe('1000');
      expect(await contentOf(objects[299]!)).toBe('112b');
      expect(host.calls.slice(before)).toEqual(['openObject 0 0']);
    });

    it('keeps a descriptor open while the symbolizer reads it', async () => {
      host.mappedFiles.set(7, file('lib', 'aabb'));
      const object = await loaded(registry.refOf('/lib/x', LIB, 7, 0n, 1n));
      const opened = await registry.open(object);
      registry.close();
      expect(host.openNow).toBe(1);
      if (opened.ok) opened.close();
      expect(host.openNow).toBe(0);
    });

    it('opens an object of an earlier run by its path', async () => {
      const path = file('lib', 'aabb');
      const earlier = { ...MARKER_OBJECT, kind: 'elf' as const, path };
      expect(await contentOf(earlier)).toBe('aabb');
      expect(await contentOf({ ...earlier, path: join(folder, 'gone') })).toBe('(no-file)');
      expect(await contentOf({ ...earlier, path: 'relative' })).toBe('(no-file)');
    });

    it('asks for the perf map of the process that a JIT region belongs to', async () => {
      const { object } = registry.jitRef(7, '7:100:0');
      expect(await contentOf(object!)).toBe('(no-map)');
      expect(host.calls).toEqual(['openPerfMap 7']);
      expect(await contentOf({ ...object!, id: MARKER_OBJECT.id })).toBe('(no-map)');
    });

    it('answers kernel and modules with kallsyms', async () => {
      host.kernelFiles.kallsyms = file('kallsyms', '0 T _text');
      for (const kind of ['kernel', 'module'] as const) {
        expect(await contentOf({ ...MARKER_OBJECT, kind })).toBe('0 T _text');
      }
      expect(await contentOf(MARKER_OBJECT)).toBe('(no-symbols)');
    });

    it('answers a BPF program with what the kernel told of it', async () => {
      const tag = '6deef7357e7b4530';
      host.bpfPrograms.set(4, { path: file('dump', 'dump of 4'), tags: [tag] });
      await registry.bpf.addLoaded();
      const program = { ...MARKER_OBJECT, kind: 'bpf' as const, path: `bpf_prog_${tag}_sample` };
      expect(await contentOf(program)).toBe('dump of 4');
      expect(await contentOf({ ...program, path: 'bpf_trampoline_1' })).toBe('(no-symbols)');
    });

    it('answers the vDSO with a copy of its image', async () => {
      const ref = registry.refOf('[vdso]', byInode('0'), 7, 0x1000n, 0x3000n);
      expect(ref.object).toMatchObject({ kind: 'vdso', path: '[vdso]', addressing: 'base' });
      const opened = await registry.open(ref.object!);
      expect(opened.ok).toBe(true);
      if (!opened.ok) return;
      onTestFinished(() => opened.close());
      expect(readFileSync(opened.fd).subarray(0, 4)).toEqual(Buffer.from('\x7fELF', 'latin1'));
    });
  });

  it('gives a JIT region one identity per process image', () => {
    const ids = ['7:100:0', '7:100:0', '7:100:1', '7:200:0'].map(
      (identity) => registry.jitRef(7, identity).object!.id,
    );
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });
});

describe('parseGnuBuildId', () => {
  const note = (type: number, name: string, descriptor: string): Buffer => {
    const bytes = Buffer.from(descriptor, 'hex');
    const head = Buffer.alloc(12);
    head.writeUInt32LE(name.length, 0); // namesz
    head.writeUInt32LE(bytes.length, 4); // descsz
    head.writeUInt32LE(type, 8); // type
    const padded = (part: Buffer): Buffer => Buffer.concat([part, Buffer.alloc(-part.length & 3)]);
    return Buffer.concat([head, padded(Buffer.from(name, 'latin1')), padded(bytes)]);
  };

  it('finds the build id among other notes', () => {
    const notes = [note(0x100, 'Linux\0', 'ff'), note(3, 'Xen\0', 'aa'), note(3, 'GNU\0', '01020304aabb')];
    expect(parseGnuBuildId(Buffer.concat(notes))).toBe('01020304aabb');
  });

  it('finds none where there is none, or where the notes are cut', () => {
    const notes = Buffer.concat([note(1, 'GNU\0', '00'), note(3, 'GNU\0', '01')]);
    expect(parseGnuBuildId(notes.subarray(0, 20))).toBeNull();
    for (let length = 0; length < 20; length++) expect(parseGnuBuildId(notes.subarray(0, length))).toBeNull();
    expect(parseGnuBuildId(Buffer.alloc(64, 0xff))).toBeNull();
  });

  it('reads the running kernel’s', () => {
    expect(kernelBuildId()).toMatch(/^[0-9a-f]{16,40}$|^Linux version /);
  });
});
