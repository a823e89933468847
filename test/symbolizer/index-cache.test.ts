import { describe, expect, it } from 'vitest';
import { IndexCache } from '../../src/symbolizer/index-cache.ts';

const sized = (byteLength: number): { byteLength: number } => ({ byteLength });

describe('IndexCache', () => {
  it('drops the least recently used entries when the budget is passed', () => {
    const cache = new IndexCache(3 * 1512);
    for (const key of ['a', 'b', 'c']) cache.set(key, 's', sized(1000));
    cache.get('a', 's');
    cache.set('d', 's', sized(1000));
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key, 's') !== undefined)).toEqual(['a', 'c', 'd']);
    expect(cache.byteLength).toBe(3 * 1512);
  });

  it('forgets an entry that was made from something else', () => {
    const cache = new IndexCache(10_000);
    cache.set('map', '100:1', sized(1000));
    expect(cache.get('map', '200:2')).toBeUndefined();
    expect([cache.size, cache.byteLength]).toEqual([0, 0]);
  });

  it('does not keep what is larger than the whole budget', () => {
    const cache = new IndexCache(5000);
    cache.set('small', 's', sized(10));
    cache.set('huge', 's', sized(6000));
    expect([cache.size, cache.byteLength]).toEqual([0, 0]);
  });

  it('counts an entry once when it is set again', () => {
    const cache = new IndexCache(5000);
    cache.set('a', '1', sized(1000));
    cache.set('a', '2', sized(500));
    expect(cache.byteLength).toBe(1012);
  });
});
