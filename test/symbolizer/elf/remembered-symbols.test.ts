import { describe, expect, it } from 'vitest';
import { RememberedSymbols } from '../../../src/symbolizer/elf/remembered-symbols.ts';

const symbol = (name: string) => ({ name, start: 0x1000, file: '' });

describe('symbols that were read', () => {
  it('are given again', () => {
    const remembered = new RememberedSymbols();
    const main = symbol('main');
    remembered.add(3, main);
    expect(remembered.get(3)).toBe(main);
    expect(remembered.get(4)).toBeUndefined();
  });

  it('never take more than 2 MiB, also where names are long', () => {
    const remembered = new RememberedSymbols();
    for (let row = 0; row < 5000; row++) {
      remembered.add(row, symbol('x'.repeat(1000)));
      expect(remembered.byteLength).toBeLessThanOrEqual(2 << 20);
    }
    expect(remembered.get(4999)).toBeDefined();
    expect(remembered.get(0)).toBeUndefined();
    expect(remembered.byteLength).toBeGreaterThan(1000);
  });
});
