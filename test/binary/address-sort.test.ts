import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascendingOrder } from '../../src/binary/address-sort.ts';

const address = fc.oneof(
  fc.nat(2000),
  fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  fc.integer({ min: 0x5555_0000_0000, max: 0x5555_0000_ffff }),
);

describe('ascendingOrder', () => {
  it('orders like a stable sort', () => {
    fc.assert(
      fc.property(fc.array(address, { maxLength: 200 }), (keys) => {
        const expected = keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b);
        expect([...ascendingOrder(Float64Array.from(keys))]).toEqual(expected);
      }),
    );
  });
});
