import { closeSync, copyFileSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { native } from '../../../src/collector/native.ts';
import type { CompanionRequest } from '../../../src/symbolizer/debug-files/companion-request.ts';
import { isUnchanged } from '../../../src/model/file-stamp.ts';
import { HostFiles, openInOwnRoot } from '../../../src/symbolizer/debug-files/host-files.ts';
import { openCompanion } from '../../../src/symbolizer/debug-files/open-companion.ts';
import { fileCrc32, verifyCompanion } from '../../../src/symbolizer/debug-files/verify-companion.ts';
import { FdSource, MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { openDescriptors } from '../../support/open-descriptors.ts';
import { writePackedElf } from '../../support/packed-elf-writer.ts';
import { fileBytes, FixtureFolder, run, withFd } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
/** Stands for a container's root. */
const root = join(folder.path, 'root');
const inContainer = new HostFiles((at, path) => native().openInRoot(at, path, true));
const inOwnRoot = new HostFiles(openInOwnRoot);
let debugFile: string;
let buildId: string;

beforeAll(() => {
  mkdirSync(root);
  const program = folder.gcc('program', 'int main(void) { return 0; }', ['-g', '-Wl,--build-id']);
  debugFile = join(folder.path, 'program.debug');
  run('objcopy', ['--only-keep-debug', program, debugFile]);
  buildId = withFd(program, (fd) => new ElfFile(new FdSource(fd)).buildId());
});
afterAll(() => folder.remove());

function place(path: string): string {
  const at = join(root, path);
  mkdirSync(dirname(at), { recursive: true });
  return at;
}

function request(paths: string[], proof: Partial<CompanionRequest['proof']> = { buildId }): CompanionRequest {
  return { kind: 'debug-file', paths, proof: { buildId: '', crc32: null, ...proof } };
}

function reasons(files: HostFiles, at: string, paths: string[]): string[] {
  const result = openCompanion(files, at, request(paths));
  if (result.ok) closeSync(result.fd);
  return [...result.refused.map(({ reason }) => reason), ...(result.ok ? ['ok'] : [])];
}

describe('a companion inside a root', () => {
  it('is the first file that is there and fits; the others are told with their reasons', () => {
    copyFileSync(debugFile, place('b/right.debug'));
    copyFileSync(
      folder.gcc('other', 'int main(void) { return 1; }', ['-g', '-Wl,--build-id']),
      place('b/other.debug'),
    );
    const result = openCompanion(
      inContainer,
      root,
      request(['/b/none.debug', '/b/other.debug', '/b/right.debug']),
    );
    expect(result).toMatchObject({
      ok: true,
      path: '/b/right.debug',
      refused: [
        { path: '/b/none.debug', reason: 'no-file' },
        { path: '/b/other.debug', reason: 'other-build-id' },
      ],
    });
    if (!result.ok) return;
    expect(isUnchanged(result.fd, result.stamp)).toBe(true);
    closeSync(result.fd);
  });

  it('is not a FIFO, a folder, a socket or a device, and none of them is waited for', () => {
    run('mkfifo', [place('odd/fifo')]);
    mkdirSync(place('odd/folder'));
    run('mknod', [place('odd/zero'), 'c', '1', '5']);
    const before = openDescriptors();
    const paths = ['/odd/fifo', '/odd/folder', '/odd/zero'];
    const began = Date.now();
    expect(reasons(inContainer, root, paths)).toEqual(['not-regular', 'not-regular', 'not-regular']);
    const ownPaths = paths.map((path) => join(root, path));
    expect(reasons(inOwnRoot, '/', ownPaths)).toEqual(['not-regular', 'not-regular', 'not-regular']);
    expect(Date.now() - began).toBeLessThan(1000);
    expect(openDescriptors()).toBe(before);
  });

  it('is not what a symbolic link leads to outside of it', () => {
    symlinkSync(debugFile, place('links/absolute'));
    symlinkSync('../../program.debug', place('links/relative'));
    symlinkSync('/links/circle', place('links/circle'));
    symlinkSync('/proc/self/root/etc/passwd', place('links/magic'));
    const paths = ['/links/absolute', '/links/relative', '/links/circle', '/links/magic'];
    expect(reasons(inContainer, root, paths)).toEqual(['no-file', 'no-file', 'too-many-links', 'no-file']);
  });

  it('may be reached by links that stay inside, as distributions lay them', () => {
    copyFileSync(debugFile, place('usr/lib/debug/real.debug'));
    symlinkSync('/usr/lib/debug/real.debug', place('usr/lib/debug/link.debug'));
    expect(reasons(inContainer, root, ['/usr/lib/debug/link.debug'])).toEqual(['ok']);
  });

  it('is refused at once where it is a sparse file of 4 GB, whether it begins like an ELF file or not', () => {
    const elf = fileBytes(debugFile);
    for (const [name, head] of [
      ['zeros', new Uint8Array(0)],
      ['elf', elf.subarray(0, 64)],
    ] as const) {
      const fd = openSync(place(`sparse/${name}`), 'w');
      writeSync(fd, head);
      ftruncateSync(fd, 4 * 2 ** 30);
      closeSync(fd);
    }
    const began = Date.now();
    expect(reasons(inContainer, root, ['/sparse/zeros'])).toEqual(['not-elf']);
    expect(reasons(inContainer, root, ['/sparse/elf'])[0]).toMatch(/not-elf|other-build-id/);
    expect(openCompanion(inContainer, root, request(['/sparse/elf'], { crc32: 1 }))).toMatchObject({
      ok: false,
      refused: [{ reason: 'too-large' }],
    });
    expect(Date.now() - began).toBeLessThan(1000);
  });

  it('is refused when it changes while it is verified', async () => {
    const path = place('changing.debug');
    copyFileSync(debugFile, path);
    // Times of change are as coarse as the kernel's tick.
    await new Promise((resolve) => setTimeout(resolve, 30));
    const before = openDescriptors();
    const result = openCompanion(new WrittenFiles(path), root, request(['/changing.debug']));
    expect(result).toEqual({ ok: false, refused: [{ path: '/changing.debug', reason: 'changed' }] });
    expect(openDescriptors()).toBe(before);
  });
});

/** Somebody writes to the file as soon as it is open. */
class WrittenFiles extends HostFiles {
  private readonly path: string;

  constructor(path: string) {
    super((at, name) => native().openInRoot(at, name, true));
    this.path = path;
  }

  override openRegular(at: string, name: string): ReturnType<HostFiles['openRegular']> {
    const opened = super.openRegular(at, name);
    const writer = openSync(this.path, 'r+');
    writeSync(writer, Uint8Array.of(0), 0, 1, 200);
    closeSync(writer);
    return opened;
  }
}

describe('the proof of a companion', () => {
  const verdict = (bytes: Uint8Array, proof: Partial<CompanionRequest['proof']>): string => {
    const result = verifyCompanion(new MemorySource(bytes), request(['/x'], proof));
    return result.ok ? 'ok' : result.reason;
  };
  const withoutId = (): Uint8Array => {
    const path = folder.gcc('no-id', 'int main(void) { return 0; }', ['-g', '-Wl,--build-id=none']);
    return fileBytes(path);
  };

  it('is the build id where both have one, whatever the checksum', () => {
    expect(verdict(fileBytes(debugFile), { buildId, crc32: 1 })).toBe('ok');
    expect(verdict(fileBytes(debugFile), { buildId: 'ab'.repeat(20), crc32: null })).toBe('other-build-id');
    expect(verdict(withoutId(), { buildId, crc32: null })).toBe('other-build-id');
  });

  it('is the checksum of the whole file otherwise', () => {
    const bytes = withoutId();
    expect(verdict(bytes, { crc32: crc32(bytes) })).toBe('ok');
    expect(verdict(bytes, { buildId, crc32: crc32(bytes) })).toBe('ok');
    const changed = bytes.slice();
    changed[changed.length - 1]! ^= 1;
    expect(verdict(changed, { crc32: crc32(bytes) })).toBe('other-checksum');
  });

  it('wants debug information, and an ELF file', () => {
    const bare = fileBytes(
      folder.gcc('bare', 'int main(void) { return 0; }', ['-s', `-Wl,--build-id=0x${buildId}`]),
    );
    expect(verdict(bare, { buildId })).toBe('no-debug-info');
    expect(verdict(Buffer.from('#!/bin/sh\n'), { buildId })).toBe('not-elf');
    expect(verdict(new Uint8Array(0), { buildId })).toBe('not-elf');
  });

  it('lets a supplement of dwz have nothing but strings', () => {
    const strings = { name: '.debug_str', type: 'plain', packed: Uint8Array.of(65, 0), size: 2 } as const;
    const source = new MemorySource(writePackedElf([strings]));
    const verdictAs = (kind: CompanionRequest['kind']): unknown =>
      verifyCompanion(source, { ...request(['/x'], {}), kind });
    expect(verdictAs('supplement')).toEqual({ ok: true });
    expect(verdictAs('debug-file')).toEqual({ ok: false, reason: 'no-debug-info' });
  });

  it('is computed over pieces as over the whole', () => {
    const bytes = new Uint8Array(3 * 2 ** 20 + 17).map((_, i) => i * 31);
    expect(fileCrc32(new MemorySource(bytes))).toBe(crc32(bytes));
    expect(fileCrc32(new MemorySource(new Uint8Array(0)))).toBe(0);
  });
});
