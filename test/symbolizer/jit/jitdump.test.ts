import { describe, expect, it } from 'vitest';
import { BinaryFormatError } from '../../../src/binary/binary-format-error.ts';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { Jitdump } from '../../../src/symbolizer/jit/jitdump.ts';
import type { SourceFrame } from '../../../src/symbolizer/source-frame.ts';
import { JitdumpWriter, type WrittenLine } from '../../support/jitdump-writer.ts';
import { mutations } from '../../support/symbolizer-fixtures.ts';

function read(written: JitdumpWriter | Uint8Array): Jitdump {
  const dump = new Jitdump();
  dump.refresh(new MemorySource(written instanceof JitdumpWriter ? written.bytes() : written));
  return dump;
}

function names(dump: Jitdump, addresses: readonly number[]): (string | null)[] {
  return addresses.map((address) => dump.framesAt(address)?.[0]?.name ?? null);
}

function innermost(dump: Jitdump, address: number): SourceFrame | undefined {
  return dump.framesAt(address)?.[0];
}

const two = (): JitdumpWriter =>
  new JitdumpWriter()
    .load({ address: 0x1000, size: 0x40, name: 'first', index: 1 })
    .load({ address: 0x2000, size: 0x40, name: 'second', index: 2 });

describe('a jitdump', () => {
  it.each([true, false])('names code (little endian: %s)', (littleEndian) => {
    const dump = read(
      new JitdumpWriter({ littleEndian })
        .load({ address: 0x1000, size: 0x40, name: 'julia_f_12' })
        .load({ address: 0x7f00_1234_5000, size: 1, name: 'JS:^run /app/a b.js:3:7' }),
    );
    expect(dump.header).toMatchObject({ littleEndian, machine: 62, pid: 4711 });
    expect(names(dump, [0x0fff, 0x1000, 0x103f, 0x1040])).toEqual([null, 'julia_f_12', 'julia_f_12', null]);
    expect(dump.framesAt(0x7f00_1234_5000)).toEqual([
      { name: 'run', file: '/app/a b.js', line: 3, column: 7, tier: 'baseline' },
    ]);
  });

  it('lets the later of overlapping records win', () => {
    const dump = read(two().load({ address: 0x1020, size: 0x1000, name: 'over both' }));
    expect(names(dump, [0x1000, 0x1020, 0x201f, 0x2020])).toEqual([
      'first',
      'over both',
      'over both',
      'second',
    ]);
  });

  it('follows code that moves, with its lines', () => {
    const dump = read(
      new JitdumpWriter()
        .lines(0x1000, [
          { address: 0x1000, line: 5, file: 'f.c' },
          { address: 0x1010, line: 6, file: 'f.c' },
        ])
        .load({ address: 0x1000, size: 0x40, name: 'f', index: 9 })
        .move(9, 0x1000, 0x5000, 0x40)
        .load({ address: 0x1000, size: 0x40, name: 'g', index: 10 })
        .move(9, 0x5000, 0x6000, 0x40),
    );
    expect(names(dump, [0x1000, 0x6000])).toEqual(['g', 'f']);
    expect(innermost(dump, 0x6012)).toMatchObject({ file: 'f.c', line: 6 });
  });

  it('passes over other records: of the end, of unwinding, of later versions, of empty code', () => {
    const written = new JitdumpWriter({ headerSize: 48 })
      .record(4, [Buffer.alloc(100)])
      .record(77, [])
      .load({ address: 0x900, size: 0, name: 'empty' })
      .close()
      .load({ address: 0x1000, size: 1, name: 'after' });
    expect(names(read(written), [0x900, 0x1000])).toEqual([null, 'after']);
  });

  it('passes over records that make no sense, and counts them', () => {
    const written = new JitdumpWriter();
    written
      .record(0, [Buffer.alloc(8)]) // JIT_CODE_LOAD of 24 bytes
      .record(0, [
        Buffer.alloc(8),
        written.u64(0x1000, 0x1000, 4000, 1),
        Buffer.from('more code than record\0'),
      ])
      .record(0, [Buffer.alloc(8), Buffer.alloc(32, 0xff), Buffer.from('beyond 2^53\0')])
      .move(3, 0x1000, 0x2000, 16) // of code that was never loaded
      .record(2, []) // JIT_CODE_DEBUG_INFO without address
      .load({ address: 0x1000, size: 1, name: 'good' });
    const dump = read(written);
    expect(names(dump, [0x1000, 0x2000])).toEqual(['good', null]);
    expect(dump.counts).toEqual({ entries: 1, malformed: 5 });
  });

  it('refuses what is none', () => {
    const refusal = (bytes: Uint8Array): string => {
      try {
        read(bytes);
        return 'read';
      } catch (error) {
        return error instanceof BinaryFormatError ? `${error.kind} ${error.offset}` : String(error);
      }
    };
    expect(refusal(Buffer.alloc(100))).toBe('bad-magic 0');
    expect(refusal(new JitdumpWriter({ version: 2 }).bytes())).toBe('bad-value 4');
    expect(refusal(new JitdumpWriter({ headerSize: 39 }).bytes())).toBe('bad-value 8');
    expect(refusal(new JitdumpWriter({ headerSize: 5000 }).bytes())).toBe('bad-value 8');
  });
});

describe('lines of a jitdump', () => {
  const row = (address: number, line: number, file = '/src/a.rs'): WrittenLine => ({
    address,
    line,
    file,
    column: 3,
  });

  it.each([false, true])('are found by address, in any order (names written once: %s)', (same) => {
    const dump = read(
      new JitdumpWriter()
        .lines(
          0x1000,
          [row(0x1000, 10), row(0x1020, 30, '/src/b.rs'), row(0x1010, 20), row(0x1030, 40)],
          same,
        )
        .load({ address: 0x1000, size: 0x40, name: 'wasm[0]::function[7]' }),
    );
    const at = (address: number): string => {
      const { file, line, column } = innermost(dump, address)!;
      return `${file}:${line}:${column}`;
    };
    // Columns are not told: what stands in their place tells apart what is in one line.
    expect([0x1000, 0x100f, 0x1010, 0x1020, 0x103f].map(at)).toEqual([
      '/src/a.rs:10:0',
      '/src/a.rs:10:0',
      '/src/a.rs:20:0',
      '/src/b.rs:30:0',
      '/src/a.rs:40:0',
    ]);
  });

  it('of V8 lie 64 bytes too far, and have columns', () => {
    const script = 'file:///app/a%20b.mjs';
    const dump = read(
      new JitdumpWriter()
        .lines(0x1000, [row(0x1040 + 8, 12, script), row(0x1040 + 16, 13, script)])
        .load({ address: 0x1000, size: 0x40, name: `JS:*run ${script}:11:20` }),
    );
    const run = { name: 'run', file: '/app/a b.mjs', tier: 'optimized' };
    expect(innermost(dump, 0x1000)).toEqual({ ...run, line: 11, column: 20 });
    expect(innermost(dump, 0x1008)).toEqual({ ...run, line: 12, column: 3 });
    expect(innermost(dump, 0x103f)).toEqual({ ...run, line: 13, column: 3 });
  });

  it('of functions that V8 has inlined are not shown beside the name of the outer one', () => {
    const dump = read(
      new JitdumpWriter()
        .lines(0x1000, [
          row(0x1040, 12, '/app/a.js'),
          row(0x1050, 4, '/app/a.js'),
          row(0x1060, 99, '/app/b.js'),
        ])
        .load({ address: 0x1000, size: 0x40, name: 'JS:*run /app/a.js:11:20' }),
    );
    expect([0x1000, 0x1010, 0x1020].map((address) => innermost(dump, address)?.line)).toEqual([12, 11, 11]);
  });

  it('of Node 20 are found although the names in them are spoilt', () => {
    const spoilt = Buffer.from([2, 0x90, 2, 0, 0, 0, 0, 0, 0x3d, 0x3c, 0x25, 0x63, 0x46, 0x20, 0xba, 0]);
    const written = new JitdumpWriter();
    const entries = [12, 13, 14].flatMap((line, i) => [
      written.u64(0x1040 + 16 * i),
      written.u32(line, 9),
      spoilt,
    ]);
    written
      .record(2, [written.u64(0x1000, 3), ...entries, Buffer.alloc(4)])
      .load({ address: 0x1000, size: 0x40, name: 'JS:^run /app/server.js:11:20' });
    const dump = read(written);
    const lines = [0x1000, 0x1010, 0x1020].map((address) => innermost(dump, address));
    expect(lines).toEqual(
      [12, 13, 14].map((line) => ({
        name: 'run',
        file: '/app/server.js',
        line,
        column: 9,
        tier: 'baseline',
      })),
    );
  });

  it('that cannot be read cost the code nothing but its lines', () => {
    const written = new JitdumpWriter();
    written
      .record(2, [written.u64(0x1000, 1_000_000)])
      .load({ address: 0x1000, size: 0x40, name: 'f' })
      .record(2, [written.u64(0x2000, 0)])
      .load({ address: 0x2000, size: 0x40, name: 'g' })
      .record(2, [written.u64(0x3000, 1), written.u64(0x3000, 7), Buffer.from('name without its end')])
      .load({ address: 0x3000, size: 0x40, name: 'h' })
      .record(2, [written.u64(0x4000, 1), Buffer.alloc(2 << 20)])
      .load({ address: 0x4000, size: 0x40, name: 'i' });
    const dump = read(written);
    expect([0x1000, 0x2000, 0x3000, 0x4000].map((address) => innermost(dump, address))).toEqual(
      ['f', 'g', 'h', 'i'].map((name) => ({ name, file: '', line: 0, column: 0 })),
    );
    expect(dump.malformedTables).toBe(3);
  });

  it('of more functions than are kept decoded are found all the same', () => {
    const written = new JitdumpWriter();
    for (let i = 1; i <= 40; i++) {
      written
        .lines(i << 12, [{ address: i << 12, line: i, file: 'f' }])
        .load({ address: i << 12, size: 16, name: 'f' });
    }
    const dump = read(written);
    const lines = Array.from({ length: 80 }, (_, i) => innermost(dump, ((i % 40) + 1) << 12)!.line);
    expect(lines).toEqual(Array.from({ length: 80 }, (_, i) => (i % 40) + 1));
    expect(dump.byteLength).toBeLessThan(20_000);
  });
});

describe('a jitdump that grows', () => {
  it('is read in any pieces', () => {
    const bytes = two()
      .lines(0x1000, [{ address: 0x1000, line: 7, file: 'third.c' }])
      .load({ address: 0x1000, size: 0x20, name: 'third' })
      .bytes();
    const dump = new Jitdump();
    for (let length = 0; length < bytes.length; length++) {
      dump.refresh(new MemorySource(bytes.subarray(0, length)));
      const [name] = names(dump, [0x1000]);
      expect([null, 'first']).toContain(name);
    }
    dump.refresh(new MemorySource(bytes));
    expect(names(dump, [0x1000, 0x1020, 0x2000])).toEqual(['third', 'first', 'second']);
    expect(innermost(dump, 0x1000)).toMatchObject({ file: 'third.c', line: 7 });
    expect(dump.counts).toEqual({ entries: 3, malformed: 0 });
    expect(dump.takeReplaced()).toBe(1);
  });

  it('is read afresh where another is in its place', () => {
    const dump = read(two());
    const other = new JitdumpWriter().load({ address: 0x2000, size: 0x40, name: 'other', index: 1 });
    dump.refresh(new MemorySource(other.load({ address: 0x3000, size: 0x400, name: 'long' }).bytes()));
    expect(names(dump, [0x1000, 0x2000, 0x3000])).toEqual([null, 'other', 'long']);
  });

  it('waits where a record has no size yet', () => {
    const bytes = two().bytes();
    const dump = read(Buffer.concat([bytes, Buffer.alloc(200)]));
    expect(names(dump, [0x2000])).toEqual(['second']);
    const more = two().load({ address: 0x3000, size: 8, name: 'third' }).bytes();
    dump.refresh(new MemorySource(more));
    expect(names(dump, [0x2000, 0x3000])).toEqual(['second', 'third']);
  });

  it('forgets code that nothing is left of', () => {
    const written = new JitdumpWriter();
    for (let i = 0; i < 5000; i++)
      written.load({ address: 0x1000 + (i % 10) * 64, size: 64, name: `f${i}`, index: i });
    const dump = read(written);
    expect(dump.counts.entries).toBe(10);
    expect(names(dump, [0x1000, 0x1000 + 9 * 64])).toEqual(['f4990', 'f4999']);
    dump.refresh(new MemorySource(written.move(4995, 0x1140, 0x8000, 64).bytes()));
    expect(names(dump, [0x8000])).toEqual(['f4995']);
  });
});

it('answers or refuses for every truncation and for mutations', () => {
  const bytes = two()
    .lines(0x3000, [{ address: 0x3000, line: 7, file: 'third.c' }])
    .load({ address: 0x3000, size: 0x20, name: 'third', index: 3 })
    .move(1, 0x1000, 0x4000, 0x40)
    .bytes();
  for (const mutated of mutations(bytes, 1000, 5)) {
    try {
      const dump = read(mutated);
      for (const address of [0x1000, 0x2000, 0x3000, 0x4000]) dump.framesAt(address);
    } catch (error) {
      expect(error).toBeInstanceOf(BinaryFormatError);
    }
  }
});
