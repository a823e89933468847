import { describe, expect, it } from 'vitest';
import { IndexCache } from '../../src/symbolizer/index-cache.ts';

const sized = (byteLength: number): { byteLength: number } => ({ byteLength });

describe('IndexCache', () => {
  it('drops the least recently used entries when the budget is passed, and tells of them', () => {
    const dropped: number[] = [];
    const cache = new IndexCache<{ byteLength: number }>(3 * 1600, (value) => dropped.push(value.byteLength));
    for (const [key, bytes] of [['a', 1000], ['b', 1001], ['c', 1002]] as const) cache.set(key, sized(bytes)); // prettier-ignore
    cache.set('a', cache.take('a')!);
    cache.set('d', sized(1003));
    expect(dropped).toEqual([1001]);
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.take(key) !== undefined)).toEqual(['a', 'c', 'd']);
    expect([cache.size, cache.byteLength]).toEqual([0, 0]);
  });

  it('does not keep what is larger than the whole budget', () => {
    const dropped: number[] = [];
    const cache = new IndexCache<{ byteLength: number }>(5000, (value) => dropped.push(value.byteLength));
    cache.set('small', sized(10));
    cache.set('huge', sized(6000));
    expect([cache.size, cache.byteLength, dropped]).toEqual([0, 0, [10, 6000]]);
  });

  it('counts what a value has grown to when it is set again', () => {
    const cache = new IndexCache<{ byteLength: number }>(5000);
    const value = sized(1000);
    cache.set('a', value);
    value.byteLength = 500;
    cache.set('a', cache.take('a')!);
    expect(cache.byteLength).toBe(1012);
  });

  it('drops what another value takes the place of', () => {
    const dropped: number[] = [];
    const cache = new IndexCache<{ byteLength: number }>(5000, (value) => dropped.push(value.byteLength));
    cache.set('a', sized(1));
    cache.set('a', sized(2));
    expect([cache.size, dropped]).toEqual([1, [1]]);
  });
});
