import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { HotCursor } from '../../../src/symbolizer/dwarf/hot-cursor.ts';
import { ByteWriter } from '../../support/byte-writer.ts';
import { seededRandom } from '../../support/symbolizer-fixtures.ts';

const over = (bytes: ArrayLike<number>, littleEndian = true): HotCursor =>
  new HotCursor(Uint8Array.from(bytes), '.debug_info', littleEndian, 0x100);

describe('HotCursor', () => {
  it.each([true, false])('reads fields of every width, little endian: %s', (littleEndian) => {
    const writer = new ByteWriter(littleEndian).u8(0xfe).u16(0xfedc).int(0xfedcba, 3).u32(0xfedcba98);
    const bytes = writer.u64(0x0001_2345_6789_abcdn).int(-2, 1).finish();
    const cursor = over(bytes, littleEndian);
    expect(cursor.u8()).toBe(0xfe);
    expect(cursor.u16()).toBe(0xfedc);
    expect(cursor.u24()).toBe(0xfedcba);
    expect(cursor.u32()).toBe(0xfedcba98);
    expect(cursor.u64()).toBe(0x0001_2345_6789_abcd);
    expect(cursor.i8()).toBe(-2);
    expect(cursor.at).toBe(bytes.length);
  });

  it('reads LEB128 numbers of every length', () => {
    const random = seededRandom(7);
    for (let i = 0; i < 2000; i++) {
      const bits = i % 53;
      const value = Math.floor((random() / 2 ** 32) * 2 ** bits);
      const cursor = over(new ByteWriter().uleb(value).sleb(value).sleb(-value).uleb(value).finish());
      expect(cursor.uleb()).toBe(value);
      expect(cursor.sleb()).toBe(value);
      expect(cursor.sleb() + value).toBe(0);
      cursor.skipLeb();
      expect(cursor.at).toBe(cursor.end);
    }
  });

  it('refuses a LEB128 number longer than ten bytes', () => {
    const endless = new Array<number>(11).fill(0x80);
    expect(() => over(endless).uleb()).toThrow('LEB128 longer than ten bytes');
    expect(() => over(endless).sleb()).toThrow('LEB128 longer than ten bytes');
    expect(() => over(endless).skipLeb()).toThrow('LEB128 longer than ten bytes');
  });

  it('throws at the end of its bytes, and says where in the section that is', () => {
    const reads: ((cursor: HotCursor) => unknown)[] = [
      (cursor) => cursor.u8(),
      (cursor) => cursor.u16(),
      (cursor) => cursor.u24(),
      (cursor) => cursor.u32(),
      (cursor) => cursor.u64(),
      (cursor) => cursor.uleb(),
      (cursor) => cursor.sleb(),
      (cursor) => cursor.skipLeb(),
      (cursor) => cursor.skipString(),
      (cursor) => cursor.skip(1),
    ];
    for (const read of reads) expect(() => read(over([]))).toThrow(BinaryFormatError);
    expect(() => over([1]).u32()).toThrow('.debug_info at byte 256: 4 bytes wanted, 1 left (truncated)');
    expect(() => over([1, 2]).skip(NaN)).toThrow(BinaryFormatError);
    expect(() => over([1, 2]).skip(-1)).toThrow(BinaryFormatError);
  });

  it('passes over a string with its closing zero', () => {
    const cursor = over([...Buffer.from('main\0'), 7]);
    cursor.skipString();
    expect(cursor.u8()).toBe(7);
  });
});
