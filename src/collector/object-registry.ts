// Knows every object that was mapped: its identity, and how its file can be opened again.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import { objectId } from '../model/code-object.ts';
import { stampOf } from '../model/file-stamp.ts';
import type { OpenedCompanion, OpenedObject, ObjectSource, OpenResult } from '../model/object-source.ts';
import { BpfPrograms } from './bpf-programs.ts';
import { FdCache } from './fd-cache.ts';
import { JitFiles } from './jit-files.ts';
import { openKernelBtf } from './kernel-btf.ts';
import type { ElfLayoutReader } from './object-ref.ts';
import { ObjectRef } from './object-ref.ts';
import type { SamplerHost } from './sampler-host.ts';
import type { MappedFile } from './sideband.ts';
import { vdsoImageFd } from './vdso-image.ts';

/** Objects known at once; the least recently mapped are forgotten (and found again when mapped again). */
const MAX_REFS = 20_000;
/** Processes of one file may come and go faster than it can be opened through them. */
const MAX_TRIES = 3;

export class ObjectRegistry implements ObjectSource {
  readonly #host: SamplerHost;
  readonly #readLayout: ElfLayoutReader;
  readonly #refs = new Map<string, ObjectRef>();
  readonly #byId = new Map<ObjectId, ObjectRef>();
  /** Descriptors of files read lately, so that an object of an exited process can still be named. */
  readonly #fds = new FdCache<ObjectId>(256);
  readonly bpf: BpfPrograms;
  readonly #jit: JitFiles;

  constructor(host: SamplerHost, readLayout: ElfLayoutReader) {
    this.#host = host;
    this.#readLayout = readLayout;
    this.bpf = new BpfPrograms(host);
    this.#jit = new JitFiles(host);
  }

  /** The object behind a mapping of a file (or the vDSO). */
  refOf(path: string, file: MappedFile, pid: number, start: bigint, end: bigint): ObjectRef {
    const key = `${path}\0${file.device}\0${file.inode}\0${file.generation}`;
    let ref = this.#refs.get(key);
    if (!ref) {
      ref = new ObjectRef(path === '[vdso]' ? 'vdso' : 'file', path, file.inode);
      this.#remember(key, ref);
      if (ref.kind === 'vdso') this.#settle(ref, vdsoObject());
    }
    ref.seenIn = { pid, start, end };
    ref.seenAtMs = Date.now();
    return ref;
  }

  /** Anonymous executable memory of one process image: addresses mean nothing outside it. */
  jitRef(pid: number, identity: string): ObjectRef {
    const key = `jit:${identity}`;
    let ref = this.#refs.get(key);
    if (!ref) {
      ref = new ObjectRef('jit', `[jit ${pid}]`);
      this.#remember(key, ref);
      const id = objectId('jit', 'absolute', `${this.#host.session.bootId}:${identity}`);
      this.#jit.add(id, pid);
      this.#settle(ref, { id, kind: 'jit', buildId: '', path: ref.path, size: 0, addressing: 'absolute' });
    }
    return ref;
  }

  /** The process of a JIT object; undefined where it is not known. */
  jitPid(object: ObjectId): number | undefined {
    return this.#jit.pidOf(object);
  }

  /** Code of the same process image as that of `before`, as another object. */
  renewedJitRef(before: ObjectRef, pid: number, identity: string): ObjectRef {
    const ref = this.jitRef(pid, identity);
    this.#jit.inherit(before.object!.id, ref.object!.id);
    return ref;
  }

  /** A process image has mapped the jitdump that tells of its code. */
  addJitdump(pid: number, identity: string, mapping: { start: bigint; end: bigint }): void {
    const { start, end } = mapping;
    const { object } = this.jitRef(pid, identity);
    // Where the sampler is away, or the process gone, opening it is tried again when the code is to be named.
    this.#jit.addDump(object!.id, { pid, start, end }).catch(() => undefined);
  }

  /**
   * Starts reading the file if that has not been done, or could not be and another process has mapped it since;
   * `ref.object` is set when the promise resolves.
   */
  load(ref: ObjectRef): Promise<void> {
    if (ref.object && (!ref.failedIn || ref.failedIn === ref.seenIn)) return Promise.resolve();
    ref.loading ??= this.#read(ref).finally(() => (ref.loading = null));
    return ref.loading;
  }

  /** For the symbolizer. */
  async open(object: CodeObject): Promise<OpenResult> {
    switch (object.kind) {
      case 'kernel':
      case 'module':
        return this.#host.openKernelFile('kallsyms');
      case 'bpf':
        return this.bpf.open(object.path);
      case 'jit':
        return this.#jit.open(object.id);
      case 'vdso':
        return vdsoImageFd();
      case 'elf': {
        const cached = this.#fds.use(object.id);
        if (cached) return cached;
        const ref = this.#byId.get(object.id);
        return ref ? this.#openFile(ref) : openHostPath(object.path);
      }
      case 'marker':
        return { ok: false, reason: 'no-symbols' };
    }
  }

  close(): void {
    this.#fds.close();
    this.bpf.close();
    this.#jit.close();
  }

  /** A JIT object's perf map, where what `open` gives for it does not cover an address. */
  openPerfMap(object: CodeObject): Promise<OpenResult> {
    return this.#jit.openMap(object.id);
  }

  /** Looked for where the object's process sees it; of an exited one in our own root. */
  async openCompanion(object: CodeObject | null, path: string): Promise<OpenedCompanion> {
    const seenIn = object === null ? null : this.#byId.get(object.id)?.seenIn;
    const opened = object === null ? openHostPath(path) : await this.#openDebugFile(seenIn?.pid, path);
    return opened.ok ? { ...opened, stamp: stampOf(opened.fd) } : opened;
  }

  openKernelTypes(): Promise<OpenResult> {
    return Promise.resolve(openKernelBtf());
  }

  async #openDebugFile(pid: number | undefined, path: string): Promise<OpenResult> {
    const inside = pid === undefined ? null : await this.#host.openDebugFile(pid, path);
    return inside?.ok ? inside : this.#host.openDebugFile(null, path);
  }

  async #read(ref: ObjectRef): Promise<void> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const { seenIn } = ref;
      const opened = await this.#openFile(ref);
      if (opened.ok && this.#readOpened(ref, opened)) return;
      ref.failedIn = seenIn;
      if (ref.seenIn === seenIn) break; // else another process has mapped it meanwhile
    }
    if (!ref.object) this.#settle(ref, unreadObject(ref));
  }

  /** False where the file is not an ELF file. */
  #readOpened(ref: ObjectRef, opened: OpenedObject): boolean {
    const layout = this.#readLayout(opened.fd);
    if (!layout.ok) {
      opened.close();
      return false;
    }
    ref.segments = layout.segments;
    this.#settle(ref, {
      id: elfObjectId(layout, fstatSync(opened.fd).uid),
      kind: 'elf',
      buildId: layout.buildId,
      path: ref.path.replace(/ \(deleted\)$/, ''),
      size: layout.size,
      addressing: 'elf',
    });
    ref.failedIn = null;
    this.#fds.keep(ref.object!.id, opened);
    return true;
  }

  async #openFile(ref: ObjectRef): Promise<OpenResult> {
    if (ref.seenIn) {
      const opened = await this.#host.openObject(ref.seenIn.pid, ref.seenIn);
      if (opened.ok) return opened;
    }
    // The process has exited. Its path usually still leads to the file.
    const opened = openHostPath(ref.path);
    if (!opened.ok || isFileOf(ref, opened.fd)) return opened;
    opened.close();
    return { ok: false, reason: 'no-file' };
  }

  #settle(ref: ObjectRef, object: CodeObject): void {
    ref.object = object;
    this.#byId.set(object.id, ref);
  }

  #remember(key: string, ref: ObjectRef): void {
    this.#refs.set(key, ref);
    if (this.#refs.size <= MAX_REFS) return;
    const [oldest, old] = this.#refs.entries().next().value!;
    this.#refs.delete(oldest);
    if (old.object) this.#byId.delete(old.object.id);
  }
}

/**
 * Whoever owns a file can write another's build id into it, so a build of root's is one object wherever it lies, and one of
 * anybody else's is that owner's alone.
 */
function elfObjectId(
  { buildId, contentKey }: { buildId: string; contentKey: string },
  uid: number,
): ObjectId {
  const key = buildId === '' ? `content:${contentKey}` : `build:${buildId}`;
  return objectId('elf', 'elf', uid === 0 ? key : `uid:${uid}:${key}`);
}

/** Whether the build id says which object it is. */
export function isNamedByBuildId({ kind, buildId, id }: CodeObject): boolean {
  return kind === 'elf' && buildId !== '' && id === elfObjectId({ buildId, contentKey: '' }, 0);
}

/** A file made since may have the inode of the one that was mapped; it was then changed last when it was made. */
function isFileOf({ inode, seenAtMs }: ObjectRef, fd: number): boolean {
  const { ino, ctimeMs } = fstatSync(fd);
  return ino === Number(inode) && ctimeMs <= seenAtMs;
}

/** A file that could not be read: its samples still say which file and where in it. */
function unreadObject(ref: ObjectRef): CodeObject {
  return {
    id: objectId('elf', 'file-offset', `path:${ref.path}`),
    kind: 'elf',
    buildId: '',
    path: ref.path,
    size: 0,
    addressing: 'file-offset',
  };
}

function openHostPath(path: string): OpenResult {
  if (!path.startsWith('/')) return { ok: false, reason: 'no-file' };
  try {
    // Whoever mapped the file may have put a pipe in its place: opening one would wait for a writer.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (fstatSync(fd).isFile()) return { ok: true, fd, close: () => closeSync(fd) };
    closeSync(fd);
    return { ok: false, reason: 'no-file' };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return { ok: false, reason: code === 'EACCES' || code === 'EPERM' ? 'no-permission' : 'no-file' };
  }
}

/** Every 64-bit process has the kernel's one vDSO image, so the kernel's build id names it. */
function vdsoObject(): CodeObject {
  const key = `vdso:${kernelBuildId()}`;
  return {
    id: objectId('vdso', 'base', key),
    kind: 'vdso',
    buildId: '',
    path: '[vdso]',
    size: 0,
    addressing: 'base',
  };
}

let cachedKernelBuildId: string | undefined;

/** GNU build id of the running kernel from /sys/kernel/notes, or the kernel's version text where there is none. */
export function kernelBuildId(): string {
  cachedKernelBuildId ??= readKernelBuildId();
  return cachedKernelBuildId;
}

function readKernelBuildId(): string {
  try {
    return parseGnuBuildId(readFileSync('/sys/kernel/notes')) ?? readFileSync('/proc/version', 'utf8').trim();
  } catch {
    return readFileSync('/proc/version', 'utf8').trim(); // notes are not readable in some containers
  }
}

/** ELF notes: namesz, descsz, type (u32 each), name and descriptor padded to 4 bytes. NT_GNU_BUILD_ID is 3. */
export function parseGnuBuildId(notes: Buffer): string | null {
  for (let at = 0; at + 12 <= notes.length;) {
    const nameBytes = notes.readUInt32LE(at);
    const bytes = notes.readUInt32LE(at + 4);
    const name = at + 12;
    const descriptor = name + ((nameBytes + 3) & ~3);
    if (notes.readUInt32LE(at + 8) === 3 && notes.toString('latin1', name, name + 4) === 'GNU\0') {
      return notes.toString('hex', descriptor, descriptor + bytes);
    }
    at = descriptor + ((bytes + 3) & ~3);
  }
  return null;
}
