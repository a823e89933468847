import { describe, expect, it } from 'vitest';
import * as DW from '../../../src/symbolizer/dwarf/constants.ts';
import { DwarfFile } from '../../../src/symbolizer/dwarf/dwarf-file.ts';
import { UnitIndex } from '../../../src/symbolizer/dwarf/unit-index.ts';
import { ByteWriter } from '../../support/byte-writer.ts';
import {
  compileUnit,
  covers,
  writeInfo,
  type Layout,
  type WrittenInfo,
  type WrittenUnit,
} from '../../support/dwarf-writer.ts';
import { memorySections } from '../../support/elf-debug-sections.ts';

/** One set of .debug_aranges. */
function arange(
  unit: number,
  ranges: [number | bigint, number][],
  layout: Layout & { pairVersion?: number } = {},
): number[] {
  const { littleEndian = true, wide = false, addressSize = 8, pairVersion = 2 } = layout;
  const header = (wide ? 12 : 4) + 2 + (wide ? 8 : 4) + 2;
  const padding = (2 * addressSize - (header % (2 * addressSize))) % (2 * addressSize);
  const body = new ByteWriter(littleEndian)
    .u16(pairVersion)
    .int(unit, wide ? 8 : 4)
    .u8(addressSize)
    .u8(0);
  body.raw(new Uint8Array(padding));
  for (const [start, size] of [...ranges, [0, 0] as const])
    body.int(start, addressSize).int(size, addressSize);
  const out = new ByteWriter(littleEndian);
  if (wide) out.u32(0xffff_ffff);
  return [
    ...out
      .int(body.length, wide ? 8 : 4)
      .raw(body.finish())
      .finish(),
  ];
}

function indexOf({ info, abbrev }: WrittenInfo, aranges: number[] = [], littleEndian = true): UnitIndex {
  const sections = new Map([
    ['.debug_info', info],
    ['.debug_abbrev', abbrev],
    ['.debug_aranges', Uint8Array.from(aranges)],
  ]);
  return new UnitIndex(new DwarfFile(memorySections(sections, littleEndian)));
}

const unit = (low: number, size: number, more: Partial<WrittenUnit> = {}): WrittenUnit => ({
  root: compileUnit(covers(low, size)),
  ...more,
});

describe('UnitIndex', () => {
  it('takes what .debug_aranges says, without a look at the units', () => {
    const written = writeInfo([unit(0x9000, 1), unit(0x9000, 1)]);
    const [first, second] = written.unitAt as [number, number];
    const index = indexOf(written, [
      ...arange(first, [
        [0x1000, 0x100],
        [0x3000, 8],
      ]),
      ...arange(second, [[0x2000, 4]]),
    ]);
    expect([0x1000, 0x10ff, 0x3007, 0x2003].map((address) => index.find(address))).toEqual([
      first,
      first,
      first,
      second,
    ]);
    expect([0xfff, 0x1100, 0x2004, 0x9000].map((address) => index.find(address))).toEqual([-1, -1, -1, -1]);
  });

  it.each([
    { littleEndian: false },
    { wide: true },
    { addressSize: 4 },
    { addressSize: 4, wide: true, littleEndian: false },
  ])('reads .debug_aranges as %j', (layout: Layout) => {
    const written = writeInfo([unit(0x9000, 1)], layout);
    const index = indexOf(written, arange(0, [[0x1000, 0x100]], layout), layout.littleEndian ?? true);
    expect(index.find(0x1080)).toBe(0);
    expect(index.find(0x9000)).toBe(-1);
  });

  it('asks the units of which it says nothing', () => {
    const written = writeInfo([unit(0x1000, 16), unit(0x2000, 16), unit(0x3000, 16)]);
    const index = indexOf(written, arange(written.unitAt[1]!, [[0x5000, 16]]));
    expect([0x1008, 0x2008, 0x3008, 0x5008].map((address) => index.find(address))).toEqual([
      ...[0, -1, written.unitAt[2], written.unitAt[1]],
    ]);
  });

  it('gives an address that two units claim to the first', () => {
    const written = writeInfo([unit(0x1000, 0x20), unit(0x1010, 0x20)]);
    const index = indexOf(written);
    expect([0x100f, 0x1010, 0x101f, 0x1020, 0x102f].map((address) => index.find(address))).toEqual([
      ...[0, 0, 0, written.unitAt[1], written.unitAt[1]],
    ]);
  });

  it('does not ask type units and partial units', () => {
    const signature = [...new Uint8Array(12)];
    const type: WrittenUnit = { root: compileUnit(covers(0x1000, 16)), version: 5, type: DW.DW_UT_type };
    const partial: WrittenUnit = { root: { tag: 0x3c, attributes: covers(0x2000, 16) } };
    const written = writeInfo([type, partial, unit(0x3000, 16)]);
    // A type unit's header has 12 bytes more: as if they stood there, its entry is behind them.
    const info = new ByteWriter()
      .raw(written.info.slice(0, 12))
      .raw(signature)
      .raw(written.info.slice(12))
      .finish();
    info[0]! += 12;
    const index = indexOf({ ...written, info });
    expect([0x1008, 0x2008].map((address) => index.find(address))).toEqual([-1, -1]);
    expect(index.find(0x3008)).toBe(written.unitAt[2]! + 12);
    expect(index.malformed).toBe(0);
  });

  it('leaves out discarded functions', () => {
    const written = writeInfo([unit(0x9000, 1)]);
    const tombstones: [bigint, number][] = [
      [0n, 0x8000],
      [0xffff_ffff_ffff_ffffn, 16],
      [0xffff_ffff_ffff_fffen, 16],
    ];
    expect(indexOf(written, arange(0, [...tombstones, [0x1000, 1]])).find(0x100)).toBe(-1);
    expect(indexOf(written, arange(0, [...tombstones, [0x1000, 1]])).find(0x1000)).toBe(0);
  });

  it('asks the units where .debug_aranges cannot be read on, and counts units that cannot', () => {
    const written = writeInfo([unit(0x1000, 16), unit(0x2000, 16), unit(0x3000, 16)]);
    const [, second] = written.unitAt as [number, number];
    const cut = [...arange(0, [[0x5000, 16]]), ...arange(second, [[0x6000, 16]])].slice(0, -20);
    const info = written.info.slice();
    info[second + 11] = 0x7f; // an abbreviation that is not declared
    const index = indexOf({ ...written, info }, cut);
    expect([0x5008, 0x2008, 0x3008].map((address) => index.find(address))).toEqual([
      0,
      -1,
      written.unitAt[2],
    ]);
    expect(index.malformed).toBe(1);
  });

  it('passes over sets of another version', () => {
    const written = writeInfo([unit(0x1000, 16), unit(0x2000, 16)]);
    const second = written.unitAt[1]!;
    const strange = arange(0, [[0x5000, 16]], { pairVersion: 7 });
    const index = indexOf(written, [...strange, ...arange(second, [[0x6000, 16]])]);
    expect([0x5008, 0x1008, 0x6008].map((address) => index.find(address))).toEqual([-1, 0, second]);
  });
});
