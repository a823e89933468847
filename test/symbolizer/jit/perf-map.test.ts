import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { PerfMap, type PerfMapCaps } from '../../../src/symbolizer/jit/perf-map.ts';
import { mutations } from '../../support/symbolizer-fixtures.ts';

function source(content: string | Uint8Array): MemorySource {
  return new MemorySource(typeof content === 'string' ? Buffer.from(content) : content);
}

function names(map: PerfMap, addresses: readonly number[]): (string | null)[] {
  return addresses.map((address) => map.framesAt(address)?.[0]?.name ?? null);
}

function read(content: string | Uint8Array, caps: PerfMapCaps = {}): PerfMap {
  const map = new PerfMap(caps);
  map.refresh(source(content));
  return map;
}

const line = (start: number, size: number, name: string): string =>
  `${start.toString(16)} ${size.toString(16)} ${name}\n`;

describe('a perf map', () => {
  it('names code, with spaces in names, and addresses with 0x', () => {
    const map = read('3ef414c0 398 stub of f\n0x3ef41900 0x10 int java.lang.String.hashCode()\n');
    expect(names(map, [0x3ef414c0, 0x3ef41857, 0x3ef41858, 0x3ef41900])).toEqual([
      'stub of f',
      'stub of f',
      null,
      'int java.lang.String.hashCode()',
    ]);
  });

  it('gives function, place and tier where the name tells of them', () => {
    const map = read('1000 100 JS:*fetch /app/server.js:10:5\n');
    expect(map.framesAt(0x10ff)).toEqual([
      { name: 'fetch', file: '/app/server.js', line: 10, column: 5, tier: 'optimized' },
    ]);
  });

  it('lets the later of overlapping entries win', () => {
    const map = read('1000 100 old\n2000 10 apart\n1080 100 new\n1090 8 newest\n');
    const addresses = [0x1000, 0x107f, 0x1080, 0x1090, 0x1098, 0x117f, 0x1180];
    expect(names(map, addresses)).toEqual(['old', 'old', 'new', 'newest', 'new', 'new', null]);
  });

  it('skips malformed lines and counts them', () => {
    const bad = ['', 'nonsense', '1000', '1000 10', '1000 10 ', '1000 0 no_size', 'xyz 10 f', '1000  10 f'];
    const far = ['20000000000000 10 beyond_2^53', '11112222333344445 10 seventeen_digits', '0x 10 f'];
    const map = read([...bad, ...far, '2000 10 good', ''].join('\n'));
    expect(names(map, [0x1000, 0x2000])).toEqual([null, 'good']);
    expect([map.entries, map.malformed]).toEqual([1, bad.length + far.length]);
  });

  it('passes over a line longer than 64 KiB', () => {
    const map = read(`1000 10 ${'n'.repeat(200_000)}\n2000 10 next\n`);
    expect(names(map, [0x2000])).toEqual(['next']);
    expect(map.malformed).toBeGreaterThan(0);
  });

  it('replaces control characters in names', () => {
    expect(names(read('1000 10 a\tb\u001b[31m\u0085c\r\n'), [0x1000])).toEqual([
      'a\ufffdb\ufffd[31m\ufffdc\ufffd',
    ]);
  });

  it('reads names longer than its first read', () => {
    const name = 'n'.repeat(5000);
    expect(names(read(`1000 10 ${name}\n1010 10 next\n`), [0x1000])).toEqual([name]);
  });
});

describe('a perf map that grows', () => {
  it('is read from where it was left', () => {
    const first = line(0x1000, 0x10, 'first');
    const second = line(0x2000, 0x10, 'second');
    const map = read(first);
    const grown = new CountingSource(Buffer.from(first + second));
    map.refresh(grown);
    expect(grown.leastRead).toBe(first.length);
    expect(names(map, [0x1000, 0x2000])).toEqual(['first', 'second']);
    expect(map.entries).toBe(2);
  });

  it('lets what was appended win over what was there', () => {
    const old = line(0x1000, 0x100, 'old') + line(0x2000, 0x10, 'apart');
    const map = read(old);
    map.refresh(source(old + line(0x1040, 0x20, 'new')));
    expect(names(map, [0x1000, 0x1040, 0x105f, 0x1060, 0x2000])).toEqual([
      'old',
      'new',
      'new',
      'old',
      'apart',
    ]);
  });

  it('leaves a last line that is being written for the next time', () => {
    const whole = line(0x1000, 0x10, 'whole') + line(0x2000, 0x10, 'written_later');
    const map = read(whole.slice(0, -8));
    expect(names(map, [0x1000, 0x2000])).toEqual(['whole', null]);
    map.refresh(source(whole));
    expect(names(map, [0x2000])).toEqual(['written_later']);
    expect(map.malformed).toBe(0);
  });

  it.each([
    ['it has shrunk', line(0x3000, 0x10, 'other')],
    ['another of the same size is in its place', line(0x1000, 0x10, 'zirst') + line(0x2000, 0x10, 'zecond')],
    [
      'a longer one begins like it',
      line(0x1000, 0x10, 'first') + line(0x4000, 0x10, 'other') + line(0x5000, 0x10, 'more'),
    ],
  ])('is read afresh where %s', (_, content) => {
    const map = read(line(0x1000, 0x10, 'first') + line(0x2000, 0x10, 'second'));
    map.refresh(source(content));
    expect(map.restarts).toBe(1);
    const fresh = read(content);
    const addresses = [0x1000, 0x2000, 0x3000, 0x4000, 0x5000];
    expect(names(map, addresses)).toEqual(names(fresh, addresses));
  });

  it('agrees in any pieces with a naive reader in which the last line that covers an address names it', () => {
    const entry = fc.record({
      start: fc.nat(200),
      size: fc.integer({ min: 1, max: 60 }),
      name: fc.stringMatching(/^[a-z][a-z ]{0,8}[a-z]$/),
    });
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 30 }),
        fc.array(fc.nat(500), { maxLength: 4 }),
        (entries, cuts) => {
          const content = entries.map((e) => line(e.start, e.size, e.name)).join('');
          const map = new PerfMap();
          for (const cut of [...cuts.sort((a, b) => a - b), content.length]) {
            map.refresh(source(content.slice(0, cut)));
          }
          const addresses = Array.from({ length: 270 }, (_, i) => i);
          const expected = addresses.map(
            (at) => entries.findLast((e) => e.start <= at && at < e.start + e.size)?.name ?? null,
          );
          expect(names(map, addresses)).toEqual(expected);
        },
      ),
    );
  });

  it('tells of addresses whose code has given way to other code', () => {
    const old = line(0x1000, 0x100, 'old') + line(0x2000, 0x10, 'apart');
    const map = read(old);
    names(map, [0x1000, 0x1040, 0x2000, 0x9000]);
    map.refresh(source(old + line(0x1040, 0x10, 'new')));
    expect(map.takeReplaced()).toBe(1);
    expect(map.takeReplaced()).toBe(0);
  });

  it('does not call code replaced that the same name stands for in a file written anew', () => {
    const map = read(line(0x1000, 0x100, 'stays') + line(0x2000, 0x10, 'goes'));
    names(map, [0x1000, 0x2000]);
    map.refresh(source(line(0x900, 0x10, 'first') + line(0x1000, 0x100, 'stays') + line(0x3000, 1, 'new')));
    expect(map.takeReplaced()).toBe(1);
  });
});

describe('a perf map beyond the caps', () => {
  const lines = Array.from({ length: 100 }, (_, i) => line(0x1000 + i * 16, 16, `f${i}`));
  const content = lines.join('');

  it('is read from a whole line near its end on', () => {
    const map = read(content, { maxBytes: 200 });
    expect(names(map, [0x1000, 0x1000 + 99 * 16])).toEqual([null, 'f99']);
    expect(map.skippedBytes).toBeGreaterThanOrEqual(content.length - 200);
    expect(map.malformed).toBe(0);
  });

  it('skips the oldest of what it has grown by', () => {
    const map = read(lines[0]!, { maxBytes: 200 });
    map.refresh(source(content));
    expect(names(map, [0x1000, 0x1010, 0x1000 + 99 * 16])).toEqual(['f0', null, 'f99']);
  });

  it('lets the oldest entries go', () => {
    const map = read(content, { maxRows: 10 });
    const some = [0, 89, 90, 99].map((i) => 0x1000 + i * 16);
    expect(names(map, some)).toEqual([null, null, 'f90', 'f99']);
    map.refresh(source(content + line(0x9000, 16, 'last')));
    expect(names(map, [0x1000 + 90 * 16, 0x1000 + 91 * 16, 0x9000])).toEqual([null, 'f91', 'last']);
  });

  it('holds no more than its ranges', () => {
    expect(read(content).byteLength).toBe(100 * 16);
  });
});

it('answers for every truncation and for mutations', () => {
  const bytes = Buffer.from('1000 100 old\n2000 10 apart\n1080 100 new one\n0x1090 8 newest\n');
  for (let length = 0; length <= bytes.length; length++)
    names(read(bytes.subarray(0, length)), [0x1000, 0x1085]);
  for (const mutated of mutations(bytes, 300, 5)) names(read(mutated), [0x1000, 0x1085, 0x1090, 0x2000]);
});

/** Notes how far in front something was read, apart from the small marks that tell one file from another. */
class CountingSource extends MemorySource {
  leastRead = Infinity;

  override readInto(target: Uint8Array, offset: number, section: string): void {
    if (section === 'perf map') this.leastRead = Math.min(this.leastRead, offset);
    super.readInto(target, offset, section);
  }
}
