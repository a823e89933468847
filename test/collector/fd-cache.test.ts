import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FdCache } from '../../src/collector/fd-cache.ts';
import type { ObjectId } from '../../src/model/code-object.ts';
import type { OpenedObject } from '../../src/model/object-source.ts';

const id = (n: number): ObjectId => BigInt(n) as ObjectId;

/** Descriptors that tell when they are closed. */
class Descriptors {
  readonly closed: number[] = [];
  open(fd: number): OpenedObject {
    return { ok: true, fd, close: () => this.closed.push(fd) };
  }
}

describe('FdCache', () => {
  it('hands out what it keeps, again and again', () => {
    const files = new Descriptors();
    const cache = new FdCache(2);
    cache.keep(id(1), files.open(11));
    for (let i = 0; i < 2; i++) {
      const opened = cache.use(id(1))!;
      expect(opened.fd).toBe(11);
      opened.close();
    }
    expect([cache.use(id(2)), files.closed]).toEqual([null, []]);
  });

  it('closes the least recently used beyond its limit', () => {
    const files = new Descriptors();
    const cache = new FdCache(2);
    cache.keep(id(1), files.open(11));
    cache.keep(id(2), files.open(12));
    cache.use(id(1))!.close();
    cache.keep(id(3), files.open(13));
    expect(files.closed).toEqual([12]);
    expect(cache.use(id(1))).not.toBeNull();
  });

  it('closes nothing that is in use before its last user has done', () => {
    const files = new Descriptors();
    const cache = new FdCache(1);
    cache.keep(id(1), files.open(11));
    const [one, two] = [cache.use(id(1))!, cache.use(id(1))!];
    cache.keep(id(2), files.open(12));
    one.close();
    expect(files.closed).toEqual([]);
    two.close();
    expect(files.closed).toEqual([11]);
  });

  it('closes the old descriptor of an object that is kept anew', () => {
    const files = new Descriptors();
    const cache = new FdCache(4);
    cache.keep(id(1), files.open(11));
    cache.keep(id(1), files.open(21));
    expect([files.closed, cache.use(id(1))!.fd]).toEqual([[11], 21]);
  });

  it('keeps so many bytes at most, and the newest however large', () => {
    const files = new Descriptors();
    const cache = new FdCache<string>(9, 100);
    cache.keep('a', files.open(1), 60);
    cache.keep('b', files.open(2), 40);
    expect(files.closed).toEqual([]);
    cache.keep('c', files.open(3), 50);
    expect(files.closed).toEqual([1]);
    cache.keep('d', files.open(4), 500);
    expect(files.closed).toEqual([1, 2, 3]);
    cache.keep('e', files.open(5), 100);
    expect([files.closed, cache.use('e')?.fd]).toEqual([[1, 2, 3, 4], 5]);
  });

  it('closes each descriptor once, never in use, and at most its limit stay open unused', () => {
    const step = fc.record({ type: fc.constantFrom('keep', 'use', 'done'), object: fc.nat(5) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const files = new Descriptors();
        const cache = new FdCache(3);
        const inUse: OpenedObject[] = [];
        let next = 0;
        for (const { type, object } of steps) {
          if (type === 'keep') cache.keep(id(object), files.open(next++));
          const opened = type === 'use' ? cache.use(id(object)) : null;
          if (opened) inUse.push(opened);
          if (type === 'done') inUse.shift()?.close();
          for (const { fd } of inUse) expect(files.closed).not.toContain(fd);
          expect(next - files.closed.length).toBeLessThanOrEqual(3 + inUse.length);
        }
        cache.close();
        for (const opened of inUse) opened.close();
        expect(files.closed.toSorted((a, b) => a - b)).toEqual(Array.from({ length: next }, (_, i) => i));
      }),
      { numRuns: 300, seed: 9 },
    );
  });
});
