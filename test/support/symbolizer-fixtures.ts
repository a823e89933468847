// Files for the symbolizer's tests: made in a temporary folder, by gcc where they are programs.
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stampOf } from '../../src/model/file-stamp.ts';
import { objectId, type CodeObject } from '../../src/model/code-object.ts';
import type { ObjectSource } from '../../src/model/object-source.ts';

export class FixtureFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'symbolizer-test-'));

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** Compiles C or assembly (`.S`) and returns the program's path. */
  gcc(name: string, source: string, flags: string[], language: 'c' | 'S' = 'c'): string {
    const input = this.write(`${name}.${language}`, source);
    const output = join(this.path, name);
    execFileSync('gcc', [input, '-o', output, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
    return output;
  }

  /** Compiles a layer of src/, module by module, and returns its folder: worker threads need JavaScript. */
  compiled(layer: 'symbolizer' | 'unwind'): URL {
    const root = join(import.meta.dirname, '../..');
    const out = join(this.path, 'dist');
    this.write('package.json', '{"type":"module"}');
    // Where the packages that the layer imports are looked for.
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'));
    const config = {
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        rootDir: join(root, 'src'),
        outDir: out,
        rewriteRelativeImportExtensions: true,
        typeRoots: [join(root, 'node_modules/@types')],
      },
      include: [join(root, 'src', layer)],
    };
    this.write('tsconfig.json', JSON.stringify(config));
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(this.path, 'tsconfig.json')]);
    return pathToFileURL(join(out, `${layer}/`));
  }
}

/** Opens the path for the time of the call. */
export function withFd<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, 'r');
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

export function run(command: string, args: string[]): string {
  return execFileSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

export function codeObject(fields: Partial<CodeObject> & Pick<CodeObject, 'kind' | 'path'>): CodeObject {
  const addressing = fields.addressing ?? 'elf';
  const id = objectId(fields.kind, addressing, fields.path);
  return { id, buildId: '', size: 0, addressing, ...fields };
}

/** Opens an object's `path` as a file, and counts what is open. */
export class PathSource implements ObjectSource {
  openNow = 0;
  mostOpen = 0;
  opened = 0;

  open(object: CodeObject): ReturnType<ObjectSource['open']> {
    let fd: number;
    try {
      fd = openSync(object.path, 'r');
    } catch {
      return Promise.resolve({ ok: false, reason: 'no-file' });
    }
    this.opened++;
    this.mostOpen = Math.max(this.mostOpen, ++this.openNow);
    const close = (): void => {
      this.openNow--;
      closeSync(fd);
    };
    return Promise.resolve({ ok: true, fd, close });
  }

  openPerfMap(): ReturnType<ObjectSource['openPerfMap']> {
    return Promise.resolve({ ok: false, reason: 'no-map' });
  }

  async openCompanion(_object: CodeObject | null, path: string): ReturnType<ObjectSource['openCompanion']> {
    const opened = await this.open(codeObject({ kind: 'elf', path }));
    return opened.ok ? { ...opened, stamp: stampOf(opened.fd) } : opened;
  }

  openKernelTypes(): ReturnType<ObjectSource['openKernelTypes']> {
    return this.open(codeObject({ kind: 'kernel', path: '/sys/kernel/btf/vmlinux' }));
  }
}

/** Deterministic pseudo-random 32-bit numbers (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Copies of the bytes with 1 to 8 of them changed, mostly in the first part, where the headers are. */
export function* mutations(bytes: Uint8Array, count: number, seed: number): Generator<Uint8Array> {
  const random = seededRandom(seed);
  const special = [0, 1, 0x7f, 0x80, 0xff];
  for (let i = 0; i < count; i++) {
    const copy = bytes.slice();
    const changes = 1 + (random() % 8);
    for (let c = 0; c < changes; c++) {
      const range = random() % 3 === 0 ? copy.length : Math.min(copy.length, 256);
      const value = random() % 2 === 0 ? special[random() % special.length]! : random() & 0xff;
      copy[random() % range] = value;
    }
    yield copy;
  }
}

export function fileBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(path));
}
