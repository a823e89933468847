import { describe, expect, it } from 'vitest';
import type { ElfSegment } from '../../src/collector/object-ref.ts';
import { ObjectRef } from '../../src/collector/object-ref.ts';
import type { Addressing } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';

function loaded(segments: ElfSegment[], addressing: Addressing = 'elf'): ObjectRef {
  const ref = new ObjectRef('file', '/x', '');
  const id = objectId('elf', addressing, 'x');
  ref.object = { id, kind: 'elf', buildId: '', path: '/x', size: 0, addressing };
  ref.segments = segments;
  return ref;
}

describe('ObjectRef.addressOf', () => {
  it('counts as ELF does, where segments lie elsewhere in memory than in the file', () => {
    const ref = loaded([
      { offset: 0, vaddr: 0, filesz: 0x800 },
      { offset: 0x1240, vaddr: 0x402240, filesz: 0x100 },
    ]);
    expect([0x10, 0x1240, 0x133f].map((offset) => ref.addressOf(offset).toString(16))).toEqual([
      '10',
      '402240',
      '40233f',
    ]);
  });

  it('knows that a mapping begins with the page that holds the segment’s first byte', () => {
    const ref = loaded([{ offset: 0x1240, vaddr: 0x402240, filesz: 0x100 }]);
    expect(ref.addressOf(0x1000)).toBe(0x402000);
    expect(ref.addressOf(0xfff)).toBe(0xfff);
  });

  it('prefers the segment that holds the byte to one whose page begins before it', () => {
    // patchelf appends segments whose addresses come first.
    const ref = loaded([
      { offset: 0x3240, vaddr: 0x240, filesz: 0x100 },
      { offset: 0, vaddr: 0x10000, filesz: 0x3200 },
    ]);
    expect(ref.addressOf(0x3100)).toBe(0x13100);
  });

  it('keeps file offsets where there are no segments to go by', () => {
    expect(loaded([]).addressOf(0x1234)).toBe(0x1234);
    expect(loaded([{ offset: 0, vaddr: 0x400000, filesz: 0x2000 }], 'file-offset').addressOf(0x1234)).toBe(
      0x1234,
    );
  });

  it('never gives an address that cannot be stored, whatever the headers say', () => {
    expect(loaded([{ offset: 0x800, vaddr: 0, filesz: 0x1000 }]).addressOf(0x10)).toBe(0x10);
    expect(loaded([{ offset: 0, vaddr: 2 ** 53, filesz: 0x1000 }]).addressOf(0x10)).toBe(0x10);
  });
});
