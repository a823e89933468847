import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import * as DW from '../../../src/symbolizer/dwarf/constants.ts';
import { PackageIndex } from '../../../src/symbolizer/dwarf/package-index.ts';
import { ByteWriter } from '../../support/byte-writer.ts';

interface Written {
  version?: 2 | 5;
  littleEndian?: boolean;
  slots?: number;
  ids?: bigint[];
  columns?: number[];
}

const COLUMNS = [DW.DW_SECT_INFO, DW.DW_SECT_ABBREV, DW.DW_SECT_STR_OFFSETS, DW.DW_SECT_RNGLISTS];

/** Unit i has its contribution to column c at 1000 * i + c. */
function write({
  version = 5,
  littleEndian = true,
  slots = 8,
  ids = [],
  columns = COLUMNS,
}: Written): Uint8Array {
  const out = new ByteWriter(littleEndian);
  if (version === 5) out.u16(5).u16(0);
  else out.u32(2);
  out.u32(columns.length).u32(ids.length).u32(slots);
  const table = new Array<number>(slots).fill(0);
  ids.forEach((id, row) => {
    const mask = BigInt(slots - 1);
    let slot = Number(id & mask);
    while (table[slot] !== 0) slot = (slot + (Number((id >> 32n) & mask) | 1)) % slots;
    table[slot] = row + 1;
  });
  for (const row of table) out.u64(row === 0 ? 0 : ids[row - 1]!);
  for (const row of table) out.u32(row);
  for (const column of columns) out.u32(column);
  for (const part of [0, 500])
    ids.forEach((_, row) => columns.forEach((_, c) => out.u32(1000 * row + c + part)));
  return out.finish();
}

const indexOf = (written: Written): PackageIndex =>
  new PackageIndex(new MemorySource(write(written)), written.littleEndian ?? true);

// They fall into one slot, and differ in how they go on from it.
const IDS = [0x1111_0001_0000_0003n, 0x1111_0003_0000_0003n, 0x9999_0005_0000_000bn, 0xffff_ffff_ffff_ffffn];

describe('PackageIndex', () => {
  it.each([{ littleEndian: true }, { littleEndian: false }])('finds units by id, %j', ({ littleEndian }) => {
    const index = indexOf({ ids: IDS, littleEndian });
    IDS.forEach((id, row) => {
      const at = 1000 * row;
      expect(index.find(id)).toEqual({ info: at, abbrev: at + 1, strOffsets: at + 2, rngLists: at + 3 });
    });
    expect(index.find(3n)).toBeNull();
  });

  it('reads the GNU format, where number 8 is of something else', () => {
    for (const littleEndian of [true, false]) {
      const index = indexOf({ version: 2, ids: IDS, littleEndian });
      expect(index.find(IDS[1]!)).toEqual({ info: 1000, abbrev: 1001, strOffsets: 1002, rngLists: 0 });
    }
  });

  it('finds units by their place', () => {
    expect(indexOf({ ids: IDS }).at(2000)).toMatchObject({ abbrev: 2001 });
    expect(indexOf({ ids: IDS }).at(2001)).toBeUndefined();
  });

  it('ends its search in a full table, and in one without slots', () => {
    expect(indexOf({ ids: IDS, slots: 4 }).find(5n)).toBeNull();
    expect(indexOf({ ids: [], slots: 0 }).find(5n)).toBeNull();
  });

  it('counts from 0 for columns that are missing', () => {
    expect(indexOf({ ids: IDS, columns: [DW.DW_SECT_INFO] }).find(IDS[1]!)).toEqual({
      ...{ info: 1000, abbrev: 0, strOffsets: 0, rngLists: 0 },
    });
  });

  it('is refused when it is not what it should be', () => {
    const good = write({ ids: IDS });
    const patched = (at: number, value: number): (() => unknown) => {
      const bytes = new ByteWriter().raw(good).patch(at, value, 4).finish();
      return () => new PackageIndex(new MemorySource(bytes), true);
    };
    expect(patched(0, 3)).toThrow('index of version 3');
    expect(patched(4, 1000)).toThrow('1000 columns');
    expect(patched(8, 1000)).toThrow('truncated');
    expect(patched(12, 7)).toThrow('7 slots');
    expect(patched(12, 1 << 20)).toThrow('truncated');
    const outside = new PackageIndex(
      new MemorySource(
        new ByteWriter()
          .raw(good)
          .patch(16 + 64 + 12, 9, 4)
          .finish(),
      ),
      true,
    );
    expect(() => outside.find(IDS[0]!)).toThrow('row 8 of 4');
  });
});
