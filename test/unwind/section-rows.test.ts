import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/binary/byte-source.ts';
import { compileUnwindTable } from '../../src/unwind/compile-table.ts';
import { cfi, CfiWriter, word, writeCfiElf } from '../support/cfi-writer.ts';
import { CODE, rowsOf } from '../support/unwind-rows.ts';

const [at, next] = [CODE.address, CODE.address + 0x40];
const FIRST = { start: at, length: 0x10, instructions: [] };
const SECOND = { start: next, length: 0x10, instructions: [] };
const SECOND_ROWS = ['0x400040 RSP+8 same [CFA-8]', '0x400050 -'];
const BOTH_ROWS = ['0x400000 RSP+8 same [CFA-8]', '0x400010 -', ...SECOND_ROWS];

function elfOf(writer: CfiWriter, name = '.eh_frame'): Uint8Array {
  return writeCfiElf({ text: CODE, sections: [{ name, bytes: writer.finish() }] });
}

function entriesOf(elf: Uint8Array) {
  const compiled = compileUnwindTable(new MemorySource(elf));
  if (!compiled.ok) throw new Error(compiled.reason);
  return compiled.entries;
}

describe('a section of FDEs', () => {
  it('may be .eh_frame or .debug_frame, with lengths of 32 or of 64 bits', () => {
    for (const isEh of [true, false]) {
      for (const wide of [true, false]) {
        const writer = new CfiWriter({ isEh, wide });
        const cie = writer.cie();
        writer.fde(cie, FIRST);
        writer.fde(cie, SECOND);
        expect(rowsOf(elfOf(writer, isEh ? '.eh_frame' : '.debug_frame'))).toEqual(BOTH_ROWS);
      }
    }
  });

  it('of .debug_frame may have a CIE after its FDEs', () => {
    const writer = new CfiWriter({ isEh: false });
    const size = 4 + 4 + 8 + 8 + 1; // length, pointer, addresses, augmentation
    writer.fde(size, FIRST);
    expect(writer.cie()).toBe(size);
    expect(rowsOf(elfOf(writer, '.debug_frame'))).toEqual(BOTH_ROWS.slice(0, 2));
  });

  it('goes on behind an empty entry, as crtend.o puts one into the middle', () => {
    const writer = new CfiWriter();
    const cie = writer.cie();
    writer.fde(cie, FIRST);
    writer.raw(word(0, 4));
    writer.fde(cie, SECOND);
    expect(rowsOf(elfOf(writer))).toEqual(BOTH_ROWS);
  });

  it('leaves out FDEs whose CIE pointer is wrong', () => {
    const writer = new CfiWriter();
    const cie = writer.cie();
    const fde = writer.fde(cie, { start: at, length: 0x10, instructions: [] });
    const itself = writer.length;
    writer.fde(itself, FIRST); // a cycle of one
    writer.fde(fde, FIRST); // an FDE
    writer.fde(cie + 2, FIRST); // between entries
    writer.fde(-100_000, FIRST); // before the section
    writer.fde(100_000, FIRST); // behind it
    writer.fde(cie, SECOND);
    const elf = elfOf(writer);
    expect(rowsOf(elf)).toEqual(BOTH_ROWS);
    expect(entriesOf(elf)).toEqual({ fdes: 2, malformed: 5, unused: 0 });
  });

  it('leaves out two FDEs that point to each other', () => {
    const writer = new CfiWriter({ isEh: false });
    const size = 4 + 4 + 8 + 8 + 1;
    writer.fde(size, FIRST);
    writer.fde(0, FIRST);
    const cie = writer.cie();
    writer.fde(cie, SECOND);
    const elf = elfOf(writer, '.debug_frame');
    expect(rowsOf(elf)).toEqual(SECOND_ROWS);
    expect(entriesOf(elf).malformed).toBe(2);
  });

  it.each([
    ['that runs past the end', word(0x1000, 4)],
    ['of a reserved length', word(0xffff_fff5, 4)],
    ['of 2^60 bytes', [0xff, 0xff, 0xff, 0xff, ...word(2 ** 60, 8)]],
  ])('ends at an entry %s', (_, length) => {
    const writer = new CfiWriter();
    const cie = writer.cie();
    writer.fde(cie, FIRST);
    writer.raw(length);
    writer.fde(cie, SECOND);
    const elf = elfOf(writer);
    expect(rowsOf(elf)).toEqual(BOTH_ROWS.slice(0, 2));
    expect(entriesOf(elf).malformed).toBe(1);
  });

  it('leaves out FDEs of no code, of no length, and of nothing', () => {
    const writer = new CfiWriter();
    const cie = writer.cie();
    for (const start of [0, at - 8, at + CODE.size, 2 ** 60]) writer.fde(cie, { ...FIRST, start });
    writer.fde(cie, { ...FIRST, length: 0 });
    writer.fde(cie, { ...FIRST, length: -1 });
    writer.fde(cie, SECOND);
    const elf = elfOf(writer);
    expect(rowsOf(elf)).toEqual(SECOND_ROWS);
    expect(entriesOf(elf)).toEqual({ fdes: 1, malformed: 0, unused: 6 });
  });

  it('cuts an FDE where the code ends', () => {
    const writer = new CfiWriter();
    writer.fde(writer.cie(), { start: at, length: 2 ** 50, instructions: [] });
    expect(rowsOf(elfOf(writer))).toEqual(['0x400000 RSP+8 same [CFA-8]', '0x401000 -']);
  });

  it('reads CIEs that overlap no more often than the section is long', () => {
    // Every second byte of a sled could begin a CIE of 64 KiB: reading all of them would take billions of steps.
    const writer = new CfiWriter({ isEh: false });
    const sled = Array.from({ length: 1 << 14 }, () => word(0x0000_ff00, 4)).flat();
    writer.entry(sled);
    for (let i = 0; i < 20_000; i++) writer.fde(8 + 2 * (i % 8000), FIRST);
    const began = performance.now();
    expect(entriesOf(elfOf(writer, '.debug_frame')).malformed).toBeGreaterThanOrEqual(20_000);
    expect(performance.now() - began).toBeLessThan(5000);
  });

  it('speaks in .debug_frame only where .eh_frame is silent', () => {
    const eh = new CfiWriter();
    eh.fde(eh.cie(), { start: at + 0x20, length: 0x20, instructions: [] });
    const debug = new CfiWriter({ isEh: false });
    const cie = debug.cie();
    const other = cfi.defCfaOffset(64);
    debug.fde(cie, { start: at + 0x30, length: 0x100, instructions: other }); // begins where the other speaks
    debug.fde(cie, { start: at + 0x10, length: 0x40, instructions: other }); // around it
    const sections = [
      { name: '.debug_frame', bytes: debug.finish() },
      { name: '.eh_frame', bytes: eh.finish() },
    ];
    expect(rowsOf(writeCfiElf({ text: CODE, sections }))).toEqual([
      '0x400010 RSP+64 same [CFA-8]',
      '0x400020 RSP+8 same [CFA-8]',
      '0x400040 RSP+64 same [CFA-8]',
      '0x400050 -',
    ]);
  });
});
