import { describe, expect, it } from 'vitest';
import { TokenBuckets } from '../../../src/server/limits/token-buckets.ts';

let nowMs = 0;
const buckets = (perSecond: number, burst: number) => new TokenBuckets(perSecond, burst, () => nowMs);

describe('the buckets', () => {
  it('let a burst pass, then so many a second', () => {
    const limited = buckets(10, 5);
    expect(Array.from({ length: 7 }, () => limited.take('a'))).toEqual([0, 0, 0, 0, 0, 1, 1]);
    nowMs += 100;
    expect([limited.take('a'), limited.take('a')]).toEqual([0, 1]);
    nowMs += 10_000;
    expect(Array.from({ length: 6 }, () => limited.take('a'))).toEqual([0, 0, 0, 0, 0, 1]);
  });

  it('say how long to wait where it takes longer', () => {
    const slow = buckets(0.1, 1);
    slow.take('a');
    expect(slow.take('a')).toBe(10);
  });

  it('are one for each address', () => {
    const limited = buckets(1, 1);
    expect([limited.take('10.0.0.1'), limited.take('10.0.0.2'), limited.take('10.0.0.1')]).toEqual([0, 0, 1]);
  });

  it('are one for each IPv6 network, however its addresses are written', () => {
    const limited = buckets(1, 1);
    expect(limited.take('2001:db8:0:1::7')).toBe(0);
    expect(limited.take('2001:db8:0:1:aaaa:bbbb:cccc:dddd')).toBe(1);
    expect(limited.take('2001:db8:0:2::7')).toBe(0);
    expect([limited.take('::1'), limited.take('::2')]).toEqual([0, 1]);
    expect([limited.take('fe80::1%eth0'), limited.take('fe80::2%eth0')]).toEqual([0, 1]);
  });

  it('can be charged for what is worse than a request', () => {
    const limited = buckets(1, 30);
    limited.charge('a', 20);
    limited.charge('a', 20);
    expect(limited.take('a')).toBe(1);
  });

  it('are forgotten by their age when there are too many', () => {
    const limited = buckets(1, 1);
    limited.take('first');
    for (let i = 0; i < 10_000; i++) limited.take(`10.${i >> 8}.${i & 255}.1`);
    expect(limited.take('first')).toBe(0);
  });
});
