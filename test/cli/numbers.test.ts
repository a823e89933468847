import { describe, expect, it } from 'vitest';
import { cpus, percent, signedPoints } from '../../src/cli/numbers.ts';

describe('numbers in tables', () => {
  it('show a share to a tenth of a percent, and something as something', () => {
    expect([0, 1, 0.1234, 0.0004, 0.00096].map(percent)).toEqual([
      '0.0 %',
      '100.0 %',
      '12.3 %',
      '0.04 %',
      '0.1 %',
    ]);
  });

  it('show a change with its sign, and none without', () => {
    expect([0.1, -0.0451, 0.00001, -0.00001, 0].map(signedPoints)).toEqual([
      '+10.00',
      '-4.51',
      '0.00',
      '0.00',
      '0.00',
    ]);
  });

  it('show CPUs busy to a thousandth', () => {
    expect([0, 0.0344, 1.5, 12.34].map(cpus)).toEqual(['0.000', '0.034', '1.500', '12.3']);
  });
});
