import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { SectionReader } from '../../../src/symbolizer/dwarf/section-reader.ts';
import { UnitList } from '../../../src/symbolizer/dwarf/unit-list.ts';
import { ByteWriter } from '../../support/byte-writer.ts';

const listOf = (bytes: Uint8Array): UnitList =>
  new UnitList(new SectionReader(new MemorySource(bytes), '.debug_info', true));

describe('UnitList', () => {
  it('finds units by their lengths, of both widths', () => {
    const writer = new ByteWriter().u32(6).raw(new Uint8Array(6));
    const second = writer.length;
    writer.u32(0xffff_ffff).u64(5).raw(new Uint8Array(5));
    const third = writer.length;
    const list = listOf(writer.u32(1).u8(0).finish());
    expect(list.offsets).toEqual(Float64Array.of(0, second, third));
    expect([0, second - 1, second, third, third + 4].map((offset) => list.containing(offset))).toEqual([
      ...[0, 0, second, third, third],
    ]);
    expect(list.containing(third + 5)).toBe(-1);
    expect(list.containing(NaN)).toBe(-1);
  });

  it('passes over padding', () => {
    const bytes = new ByteWriter().u32(1).u8(0).u32(0).u32(0).u32(1).u8(0).finish();
    expect(listOf(bytes).offsets).toEqual(Float64Array.of(0, 13));
  });

  it.each([
    ['leads out of the section', 100],
    ['is reserved', 0xffff_fff7],
  ])('ends before a length that %s', (_, length) => {
    const bytes = new ByteWriter().u32(1).u8(0).u32(length).u8(0).finish();
    expect(listOf(bytes).offsets).toEqual(Float64Array.of(0));
  });
});
