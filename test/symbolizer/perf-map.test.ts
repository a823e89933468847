import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { FdSource } from '../../src/binary/byte-source.ts';
import { readPerfMap, readPerfMapName, type PerfMap } from '../../src/symbolizer/perf-map.ts';
import { FixtureFolder, mutations, withFd } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

interface Read {
  map: PerfMap;
  names: (string | null)[];
}

function read(content: string | Uint8Array, addresses: number[], ...caps: number[]): Read {
  return withFd(folder.write('perf.map', content), (fd) => {
    const map = readPerfMap(fd, ...caps);
    const names = addresses.map((address) => {
      const place = map.index.find(address);
      return place < 0 ? null : readPerfMapName(new FdSource(fd), map, place);
    });
    return { map, names };
  });
}

describe('readPerfMap', () => {
  it('keeps spaces in names, and takes addresses with 0x', () => {
    const content = '3ef414c0 398 LazyCompile:*run /app/a b.js:12\n0x3ef41900 0x10 RegExp:[a-z] +\n';
    expect(read(content, [0x3ef414c0, 0x3ef41857, 0x3ef41858, 0x3ef41900]).names).toEqual([
      'LazyCompile:*run /app/a b.js:12',
      'LazyCompile:*run /app/a b.js:12',
      null,
      'RegExp:[a-z] +',
    ]);
  });

  it('lets the later of overlapping entries win', () => {
    const content = '1000 100 old\n2000 10 apart\n1080 100 new\n1090 8 newest\n';
    const addresses = [0x1000, 0x107f, 0x1080, 0x1090, 0x1098, 0x117f, 0x1180];
    expect(read(content, addresses).names).toEqual(['old', 'old', 'new', 'newest', 'new', 'new', null]);
  });

  it('agrees with a naive reader in which the last line that covers an address names it', () => {
    const entry = fc.record({
      start: fc.nat(200),
      size: fc.nat(60),
      name: fc.stringMatching(/^[a-z][a-z ]{0,8}[a-z]$/),
    });
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
        const lines = entries.map((e) => `${e.start.toString(16)} ${e.size.toString(16)} ${e.name}\n`);
        const addresses = Array.from({ length: 270 }, (_, i) => i);
        const expected = addresses.map(
          (at) => entries.findLast((e) => e.start <= at && at < e.start + e.size)?.name ?? null,
        );
        expect(read(lines.join(''), addresses).names).toEqual(expected);
      }),
    );
  });

  it('skips malformed lines and counts them', () => {
    const bad = ['', 'nonsense', '1000', '1000 10', '1000 10 ', '1000 0 no_size', 'xyz 10 f', '1000  10 f'];
    const far = ['20000000000000 10 beyond_2^53', '11112222333344445 10 seventeen_digits'];
    const { map, names } = read([...bad, ...far, '2000 10 good'].join('\n'), [0x1000, 0x2000]);
    expect(names).toEqual([null, 'good']);
    expect([map.entries, map.malformed]).toEqual([1, bad.length + far.length]);
  });

  it('replaces control characters in names', () => {
    expect(read('1000 10 a\tb\u001b[31m\u0085c\r\n', [0x1000]).names).toEqual([
      'a\ufffdb\ufffd[31m\ufffdc\ufffd',
    ]);
  });

  it('reads the end of a file that is too large, from a whole line on', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `${(0x1000 + i * 16).toString(16)} 10 f${i}\n`);
    const content = lines.join('');
    const { map, names } = read(content, [0x1000, 0x1000 + 99 * 16], 200);
    expect(names).toEqual([null, 'f99']);
    expect(map.skippedBytes).toBe(content.length - 200);
    expect(map.malformed).toBe(0);
  });

  it('lets the oldest entries go when there are too many', () => {
    const lines = Array.from({ length: 50 }, (_, i) => `${(0x1000 + i * 16).toString(16)} 10 f${i}\n`);
    const { names } = read(
      lines.join(''),
      [0x1000 + 39 * 16, 0x1000 + 40 * 16, 0x1000 + 49 * 16],
      1 << 20,
      10,
    );
    expect(names).toEqual([null, 'f40', 'f49']);
  });

  it('reads names longer than its first read', () => {
    const name = 'n'.repeat(5000);
    expect(read(`1000 10 ${name}\n1010 10 next\n`, [0x1000]).names).toEqual([name]);
  });

  it('answers for every truncation and for mutations', () => {
    const bytes = Buffer.from('1000 100 old\n2000 10 apart\n1080 100 new one\n0x1090 8 newest\n');
    for (let length = 0; length <= bytes.length; length++) read(bytes.subarray(0, length), [0x1000, 0x1085]);
    for (const mutated of mutations(bytes, 300, 5)) read(mutated, [0x1000, 0x1085, 0x1090, 0x2000]);
  });
});
