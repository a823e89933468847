import { describe, expect, it } from 'vitest';
import { SymbolFiles } from '../../../src/symbolizer/elf/symbol-files.ts';

describe('source files of local functions', () => {
  const files = new SymbolFiles(Float64Array.of(0x1000, 0x1010, 2 ** 52), Uint32Array.of(7, 7, 30));

  it('are found by the first byte of the function, and by no other', () => {
    expect([0x1000, 0x1010, 2 ** 52].map((start) => files.of(start))).toEqual([7, 7, 30]);
    expect([0, 0xfff, 0x1001, 0x1011, 2 ** 53].map((start) => files.of(start))).toEqual([-1, -1, -1, -1, -1]);
  });

  it('are none where the symbol table names no file', () => {
    expect(new SymbolFiles(new Float64Array(0), new Uint32Array(0)).of(0)).toBe(-1);
  });

  it('say the memory that they take', () => {
    expect(files.byteLength).toBe(3 * (8 + 4));
  });
});
