// What the server announces is what the page asks for: for every address, compared with the page's own code.
import { describe, expect, it } from 'vitest';
import { firstRequest, flamegraphPath } from '../../src/model/page-request.ts';
import { parseState } from '../../web/src/view-state.ts';

const announced = (address: string) => firstRequest(new URLSearchParams(address));

describe('the first request of a page', () => {
  it.each([
    '',
    '?from=now-1h&until=now-30m',
    '?from=1795394134653&until=1795394210561&group=pid&nodes=50000',
    '?query=%7Bcomm%3D~%22a%7Cb%22%7D&group=&root=main%3Brun%5C%3B',
    '?nodes=0',
    '?nodes=50001',
    '?nodes=many&zoom=1x&search=memcpy&panes=both&theme=dark',
    '?from=&until=',
  ])('of "%s" is announced as the page sends it', (address) => {
    expect(announced(address)).toBe(flamegraphPath(parseState(address)));
  });

  it('of an untouched page asks for the last five minutes by process', () => {
    expect(announced('')).toBe('/api/v1/flamegraph?from=now-5m&until=now&groupBy=comm&maxNodes=4000');
  });

  it('is not announced where the page compares two windows', () => {
    expect(announced('?mode=compare&from=now-1h')).toBeUndefined();
  });

  it('is not announced where it would be too long for a header', () => {
    expect(announced(`?query=${'x'.repeat(1800)}`)).toBeDefined();
    expect(announced(`?query=${'x'.repeat(3000)}`)).toBeUndefined();
  });

  it('holds no character that ends an address in a header', () => {
    expect(announced('?query=%3E%3B%22%0D%0Ax%3A%20y&group=%3E')).toMatch(/^\/api\/[\w.%&=?/+*-]+$/);
  });
});
