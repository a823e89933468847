import { describe, expect, it } from 'vitest';
import { Demangler } from '../../../src/symbolizer/demangle/demangler.ts';

describe('Demangler', () => {
  it('says the same the second time', () => {
    const demangler = new Demangler(10_000);
    expect([1, 2].map(() => demangler.demangle('_Z1fi'))).toEqual(['f(int)', 'f(int)']);
    expect(demangler.demangle('main')).toBe('main');
  });

  it('holds no more than it may, and forgets what was not asked for longest', () => {
    const demangler = new Demangler(1000);
    const name = (i: number): string => `_Z3f${String(i).padStart(2, '0')}v`;
    for (let i = 0; i < 50; i++) {
      demangler.demangle(name(i));
      demangler.demangle(name(0));
      expect(demangler.byteLength).toBeLessThanOrEqual(1000);
    }
    const full = demangler.byteLength;
    demangler.demangle(name(0));
    expect(demangler.byteLength).toBe(full);
  });

  it('keeps nothing of names that stay as they are', () => {
    const demangler = new Demangler(1000);
    demangler.demangle('main.main');
    expect(demangler.byteLength).toBe(0);
  });
});
