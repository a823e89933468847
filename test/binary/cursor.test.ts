import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { Cursor } from '../../src/binary/cursor.ts';

function encodeUleb(value: bigint): number[] {
  const bytes: number[] = [];
  do {
    const group = Number(value & 0x7fn);
    value >>= 7n;
    bytes.push(value === 0n ? group : group | 0x80);
  } while (value !== 0n);
  return bytes;
}

function encodeSleb(value: bigint): number[] {
  const bytes: number[] = [];
  for (;;) {
    const group = Number(value & 0x7fn);
    value >>= 7n;
    const last = (value === 0n && group < 0x40) || (value === -1n && group >= 0x40);
    bytes.push(last ? group : group | 0x80);
    if (last) return bytes;
  }
}

const cursorOf = (bytes: number[], little = true): Cursor =>
  new Cursor(Uint8Array.from(bytes), 'test', little);

describe('Cursor', () => {
  it('reads every unsigned 64-bit value that LEB128 holds', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        expect(cursorOf(encodeUleb(value)).uleb64()).toBe(value);
      }),
    );
  });

  it('reads every signed 64-bit value that LEB128 holds', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(cursorOf(encodeSleb(value)).sleb64()).toBe(value);
      }),
    );
  });

  it('reads LEB128 numbers up to 53 bits and refuses wider ones', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (value) => {
        const cursor = cursorOf(encodeUleb(value));
        if (value < 2n ** 53n) expect(cursor.uleb()).toBe(Number(value));
        else expect(() => cursor.uleb()).toThrow(BinaryFormatError);
      }),
    );
    expect(cursorOf(encodeSleb(-5n)).sleb()).toBe(-5);
    expect(() => cursorOf(encodeSleb(-(2n ** 60n))).sleb()).toThrow(/53 bits/);
  });

  it('stops at ten bytes of LEB128', () => {
    const endless = Array.from({ length: 32 }, () => 0x80);
    expect(() => cursorOf(endless).uleb()).toThrow(/longer than ten bytes/);
    expect(() => cursorOf(endless).sleb64()).toThrow(/longer than ten bytes/);
  });

  it('reads integers in both byte orders', () => {
    const bytes = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(cursorOf(bytes).u16()).toBe(0x0201);
    expect(cursorOf(bytes, false).u16()).toBe(0x0102);
    expect(cursorOf(bytes).u32()).toBe(0x04030201);
    expect(cursorOf(bytes).u64()).toBe(0x0807060504030201n);
    expect(cursorOf([0, 0, 0, 1, 0, 0, 0, 2], false).u64Number()).toBe(0x1_0000_0002);
    expect(cursorOf([2, 0, 0, 0, 1, 0, 0, 0]).u64Number()).toBe(0x1_0000_0002);
    expect(cursorOf([0xff]).i8()).toBe(-1);
    expect(cursorOf([0xfe, 0xff, 0xff, 0xff]).i32()).toBe(-2);
  });

  it('keeps a sub-cursor within its declared length', () => {
    const cursor = cursorOf([1, 2, 3, 4]);
    const inner = cursor.sub(2);
    expect([inner.u8(), inner.u8(), cursor.u8()]).toEqual([1, 2, 3]);
    expect(() => inner.u8()).toThrow(BinaryFormatError);
    expect(() => cursor.sub(2)).toThrow(BinaryFormatError);
  });

  it('names section and offset when bytes are missing', () => {
    const cursor = new Cursor(new Uint8Array(6), '.debug_line');
    cursor.skip(4);
    expect(() => cursor.u32()).toThrow(
      expect.objectContaining({ kind: 'truncated', section: '.debug_line', offset: 4 }),
    );
  });

  it('refuses negative lengths and positions outside the bytes', () => {
    expect(() => cursorOf([1, 2]).skip(-1)).toThrow(BinaryFormatError);
    expect(() => cursorOf([1, 2]).bytes(NaN)).toThrow(BinaryFormatError);
    expect(() => cursorOf([1, 2]).seek(3)).toThrow(BinaryFormatError);
  });

  it('reads strings up to their zero byte, and refuses one without', () => {
    const cursor = new Cursor(Buffer.from('ab\0\0c'), 'strings');
    expect([cursor.cstring(), cursor.cstring()]).toEqual(['ab', '']);
    expect(() => cursor.cstring()).toThrow(/closing zero/);
  });
});
