import { expect, it } from 'vitest';
import { BinaryFormatError } from '../../src/binary/binary-format-error.ts';
import { MemorySource, readBytes } from '../../src/binary/byte-source.ts';
import { WindowSource } from '../../src/binary/window-source.ts';

const source = new MemorySource(Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7));

it('a window reads what lies in it, counted from its own beginning', () => {
  const window = new WindowSource(source, 2, 4, 'part');
  expect(window.size).toBe(4);
  expect([...readBytes(window, 0, 4, 'part')]).toEqual([2, 3, 4, 5]);
  expect([...readBytes(new WindowSource(window, 1, 2, 'part of it'), 1, 1, 'part')]).toEqual([4]);
});

it('a window reads nothing before or behind it', () => {
  const window = new WindowSource(source, 2, 4, 'part');
  for (const [offset, length] of [
    [0, 5],
    [-1, 1],
    [4, 1],
    [NaN, 1],
  ] as const) {
    expect(() => window.readInto(new Uint8Array(length), offset, 'part')).toThrow(BinaryFormatError);
  }
});

it('a window must lie in its source', () => {
  for (const [offset, size] of [
    [8, 1],
    [0, 9],
    [-1, 2],
    [2, -1],
    [NaN, 1],
  ] as const) {
    expect(() => new WindowSource(source, offset, size, 'part')).toThrow(BinaryFormatError);
  }
});
