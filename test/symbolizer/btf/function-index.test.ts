import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { Btf } from '../../../src/symbolizer/btf/btf.ts';
import { BtfWriter } from '../../support/btf-writer.ts';

/** Functions whose only parameter tells which one it is. */
function functionsOf(names: readonly string[]): Btf {
  const writer = new BtfWriter();
  const int = writer.int('int');
  names.forEach((name, i) => writer.func(name, int, [[`p${i}`, int]]));
  return Btf.read(new MemorySource(writer.finish()));
}

describe('functions by name', () => {
  it('are found whatever they are called, the first of several of one name', () => {
    const name = fc.stringMatching(/^[a-z_][a-z0-9_.]{0,6}$/);
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), fc.array(name, { maxLength: 10 }), (names, others) => {
        const types = functionsOf(names);
        for (const wanted of [...names, ...others]) {
          const first = names.indexOf(wanted);
          expect(types.prototypeOf(wanted)).toBe(first < 0 ? null : `int ${wanted}(int p${first})`);
        }
      }),
      { numRuns: 100, seed: 4 },
    );
  });

  it('are not taken for others that begin alike', () => {
    const types = functionsOf(['vfs_read', 'vfs_readv']);
    expect([types.prototypeOf('vfs_rea'), types.prototypeOf('vfs_readvv')]).toEqual([null, null]);
    expect(types.prototypeOf('vfs_readv')).toBe('int vfs_readv(int p1)');
  });

  it('cost little where names were made to share a slot', () => {
    // The low bits of FNV-1a choose the slot: of 400,000 names some hundred meet in one.
    const writer = new BtfWriter();
    const crowded = Array.from({ length: 400_000 }, (_, i) => `f${i}`).filter((name) => slot(name) === 7);
    for (const name of crowded) writer.func(name, 0, []);
    const types = Btf.read(new MemorySource(writer.finish()));
    expect(crowded.length).toBeGreaterThan(80);
    // Those beyond the longest search are not found; the others are.
    const found = crowded.filter((name) => types.prototypeOf(name) !== null).length;
    expect(found).toBeGreaterThanOrEqual(64);
    expect(types.prototypeOf('absent')).toBeNull();
  });
});

function slot(name: string): number {
  let value = 0x811c_9dc5;
  for (const byte of Buffer.from(name)) value = Math.imul(value ^ byte, 0x0100_0193);
  return ((value ^ (value >>> 15)) >>> 0) % 4096;
}
