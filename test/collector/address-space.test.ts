// The mappings of a process, against a map of every single byte.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mapping } from '../../src/collector/address-space.ts';
import { AddressSpace } from '../../src/collector/address-space.ts';
import { ObjectRef } from '../../src/collector/object-ref.ts';

function mapping(start: number, end: number, offset = 0, path = `/${start}-${end}`): Mapping {
  return { start: BigInt(start), end: BigInt(end), offset, ref: new ObjectRef('file', path, '') };
}

const shown = (space: AddressSpace): string[] =>
  space.mappings.map(({ start, end, offset, ref }) => `${start}-${end} +${offset} ${ref.path}`);

describe('AddressSpace', () => {
  it('finds the mapping of its first and its last byte, and nothing beyond', () => {
    const space = new AddressSpace();
    space.add(mapping(10, 20));
    expect([9n, 10n, 19n, 20n].map((address) => space.find(address)?.ref.path)).toEqual([
      undefined,
      '/10-20',
      '/10-20',
      undefined,
    ]);
  });

  it('cuts a hole into a mapping, whose rest keeps its offsets in the file', () => {
    const space = new AddressSpace();
    space.add(mapping(10, 40, 100, '/old'));
    space.add(mapping(20, 30, 0, '/new'));
    expect(shown(space)).toEqual(['10-20 +100 /old', '20-30 +0 /new', '30-40 +120 /old']);
  });

  it('forgets what a later mapping covers whole', () => {
    const space = new AddressSpace();
    space.add(mapping(10, 20));
    space.add(mapping(20, 30));
    space.add(mapping(5, 30, 0, '/all'));
    expect(shown(space)).toEqual(['5-30 +0 /all']);
  });

  it('gives a child the parent’s mappings, and each its own changes from then on', () => {
    const parent = new AddressSpace();
    parent.add(mapping(10, 20));
    const child = new AddressSpace();
    child.copyFrom(parent);
    parent.add(mapping(30, 40));
    child.add(mapping(50, 60));
    expect(shown(parent)).toEqual(['10-20 +0 /10-20', '30-40 +0 /30-40']);
    expect(shown(child)).toEqual(['10-20 +0 /10-20', '50-60 +0 /50-60']);
  });

  it('shares nothing with a snapshot once either changes', () => {
    const space = new AddressSpace();
    space.add(mapping(10, 20));
    const before = space.snapshot();
    space.add(mapping(12, 14));
    before.add(mapping(30, 40));
    expect(shown(space)).toEqual(['10-12 +0 /10-20', '12-14 +0 /12-14', '14-20 +4 /10-20']);
    expect(shown(before)).toEqual(['10-20 +0 /10-20', '30-40 +0 /30-40']);
  });

  it.each(['upwards', 'downwards', 'anywhere'])('takes 60,000 mappings %s within seconds', (order) => {
    const COUNT = 60_000;
    const ref = new ObjectRef('file', '/many', '');
    const space = new AddressSpace();
    const startedMs = performance.now();
    for (let i = 0; i < COUNT; i++) {
      // 7919 is a prime that does not divide COUNT: every number once
      const at = order === 'upwards' ? i : order === 'downwards' ? COUNT - 1 - i : (i * 7919) % COUNT;
      const start = BigInt(at) * 8192n;
      space.add({ start, end: start + 4096n, offset: 0, ref });
    }
    expect(performance.now() - startedMs).toBeLessThan(10_000); // each looking at all: minutes
    expect(space.mappings).toHaveLength(COUNT);
    expect(space.find(8192n * 59_999n)).toBe(space.mappings[COUNT - 1]);
    expect(space.find(8192n * 59_999n + 4096n)).toBeUndefined();
  });

  it('raises its generation with every change', () => {
    const space = new AddressSpace();
    const seen = new Set([space.generation]);
    space.add(mapping(1, 2));
    seen.add(space.generation);
    space.copyFrom(new AddressSpace());
    seen.add(space.generation);
    space.clear();
    seen.add(space.generation);
    expect(seen.size).toBe(4);
    expect(space.mappings).toEqual([]);
  });

  it('answers for every byte as a map of single bytes does, whatever is mapped over what', () => {
    const LIMIT = 64;
    const add = fc.record({
      start: fc.nat(LIMIT - 1),
      length: fc.integer({ min: 1, max: 24 }),
      offset: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(fc.option(add, { freq: 12 }), { maxLength: 24 }), (steps) => {
        const space = new AddressSpace();
        const bytes = new Map<number, string>();
        steps.forEach((step, i) => {
          if (step === null) {
            space.clear();
            bytes.clear();
            return;
          }
          const { start, length, offset } = step;
          space.add(mapping(start, start + length, offset, `/${i}`));
          for (let k = 0; k < length; k++) bytes.set(start + k, `/${i} ${offset + k}`);
        });
        for (let address = 0; address < LIMIT + 24; address++) {
          const found = space.find(BigInt(address));
          const answer = found && `${found.ref.path} ${found.offset + address - Number(found.start)}`;
          expect(answer).toBe(bytes.get(address));
        }
        const { mappings } = space;
        for (let i = 1; i < mappings.length; i++) {
          expect(mappings[i]!.start).toBeGreaterThanOrEqual(mappings[i - 1]!.end);
        }
      }),
      { numRuns: 400, seed: 5 },
    );
  });
});
