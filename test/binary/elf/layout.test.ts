import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import {
  elfLayout,
  fileOffsetToAddress,
  readElfLayout,
  type LoadSegment,
} from '../../../src/binary/elf/layout.ts';
import { fileBytes, FixtureFolder, run, withFd } from '../../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

const SOURCE = 'int twice(int x) { return 2 * x; } int main(void) { return twice(21); }';

function readelfSegments(path: string): LoadSegment[] {
  const segments: LoadSegment[] = [];
  for (const line of run('readelf', ['-lW', path]).split('\n')) {
    const match = /^\s+LOAD\s+0x(\w+) 0x(\w+) 0x\w+ 0x(\w+) 0x(\w+) (...)/.exec(line);
    if (match === null) continue;
    const [offset, vaddr, filesz, memsz] = match.slice(1, 5).map((digits) => parseInt(digits, 16));
    const executable = match[5]!.includes('E');
    segments.push({ offset: offset!, vaddr: vaddr!, filesz: filesz!, memsz: memsz!, executable });
  }
  return segments;
}

describe('readElfLayout', () => {
  it('agrees with readelf on segments and build id', () => {
    const programs = [
      folder.gcc('pie', SOURCE, ['-Wl,--build-id']),
      folder.gcc('fixed', SOURCE, ['-no-pie', '-Wl,--build-id']),
      folder.gcc('packed', SOURCE, ['-Wl,-z,noseparate-code', '-Wl,--build-id']),
      process.execPath,
    ];
    for (const path of programs) {
      const layout = withFd(path, readElfLayout);
      const buildId = /Build ID: ([0-9a-f]+)/.exec(run('readelf', ['-n', path]))![1]!;
      expect(layout).toEqual({
        ok: true,
        buildId,
        size: fileBytes(path).length,
        segments: readelfSegments(path),
        contentKey: buildId,
      });
    }
  });

  it('finds a build id in sections when the program headers are gone', () => {
    const bytes = fileBytes(folder.gcc('sections', SOURCE, ['-Wl,--build-id']));
    const { buildId } = elfLayout(new MemorySource(bytes));
    bytes.fill(0, 0x38, 0x3a); // e_phnum
    expect(elfLayout(new MemorySource(bytes))).toMatchObject({ buildId, segments: [] });
  });

  it('tells files without a build id apart by their content', () => {
    const flags = ['-Wl,--build-id=none', '-no-pie'];
    const layouts = ['21', '21', '22'].map((n, i) =>
      withFd(folder.gcc(`plain${i}`, SOURCE.replace('21', n), flags), readElfLayout),
    );
    const [first, same, other] = layouts.map((layout) => (layout.ok ? layout : undefined)!);
    expect(first!.buildId).toBe('');
    expect(first!.contentKey).toMatch(/^[0-9a-f]{40}$/);
    // The source's name is in the file, so equality is shown on one file read twice.
    expect(withFd(`${folder.path}/plain0`, readElfLayout)).toEqual(first);
    expect(other!.contentKey).not.toBe(first!.contentKey);
    expect(same!.segments).toEqual(first!.segments);
  });

  it('answers with a reason for what is not ELF or cannot be read', () => {
    const text = folder.write('script', '#!/bin/sh\n');
    expect(withFd(text, readElfLayout)).toEqual({ ok: false, reason: 'bad-format' });
    expect(withFd(folder.path, readElfLayout)).toEqual({ ok: false, reason: 'no-file' });
    expect(readElfLayout(1_000_000)).toEqual({ ok: false, reason: 'no-file' });
  });
});

describe('fileOffsetToAddress', () => {
  it('is the inverse of where executable segments are mapped', () => {
    const { segments } = elfLayout(new MemorySource(fileBytes(process.execPath)));
    const executable = segments.filter((segment) => segment.executable);
    fc.assert(
      fc.property(
        fc.constantFrom(...executable),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (segment, share) => {
          const inner = Math.floor(share * (segment.filesz - 1));
          expect(fileOffsetToAddress(segments, segment.offset + inner)).toBe(segment.vaddr + inner);
        },
      ),
    );
  });

  it('prefers executable segments, counts their pages whole, and knows nothing else', () => {
    const segments: LoadSegment[] = [
      { offset: 0, vaddr: 0x400000, filesz: 0x1800, memsz: 0x1800, executable: false },
      { offset: 0x1800, vaddr: 0x401800, filesz: 0x900, memsz: 0x900, executable: true },
      { offset: 0x3000, vaddr: 0x600000, filesz: 0x100, memsz: 0x4000, executable: false },
    ];
    const at = [0x10, 0x1000, 0x17ff, 0x1800, 0x20ff, 0x2fff, 0x3000, 0x3100];
    expect(at.map((offset) => fileOffsetToAddress(segments, offset))).toEqual([
      0x400010,
      0x401000,
      0x4017ff,
      0x401800,
      0x4020ff,
      0x402fff,
      0x600000,
      null,
    ]);
  });
});
