import { describe, expect, it } from 'vitest';
import { valueOption, variableOf } from '../../src/cli/option.ts';

describe('valueOption', () => {
  it('is set by the variable of its long name', () => {
    expect(variableOf('--data-dir')).toBe('PILOTLIGHT_DATA_DIR');
    expect(valueOption('-o, --output <file>', '').envVar).toBe('PILOTLIGHT_OUTPUT');
  });
});
