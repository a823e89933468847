// The side-band decoder on records written by hand, cut and mutated.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SidebandEvent } from '../../src/collector/sideband.ts';
import { decodeSideband } from '../../src/collector/sideband.ts';
import {
  bpfRecord,
  commRecord,
  exitRecord,
  forkRecord,
  ksymbolRecord,
  lostRecord,
  mmap2Record,
  PERF_RECORD,
  sidebandRecord,
} from '../support/sideband-writer.ts';

function decode(...records: readonly Uint8Array[]): SidebandEvent[] {
  const events: SidebandEvent[] = [];
  decodeSideband(Buffer.concat(records), (event) => events.push(event));
  return events;
}

const ONE_OF_EACH = [
  mmap2Record({ timeNs: 1, pid: 7, start: 0x1000n, length: 0x1000n, path: '/bin/x', inode: 4n }),
  mmap2Record({ timeNs: 2, pid: 7, start: 0x2000n, length: 0x1000n, path: '/bin/y', inode: 5n }),
  commRecord({ timeNs: 3, pid: 7, comm: 'x', exec: true }),
  forkRecord({ timeNs: 4, pid: 8, parent: 7 }),
  exitRecord({ timeNs: 5, pid: 8, parent: 7 }),
  ksymbolRecord({ timeNs: 6, address: 0xffff_ffff_c000_0000n, length: 64, name: 'bpf_prog_1_x' }),
  bpfRecord({ timeNs: 6, id: 12 }),
  lostRecord(7, 3),
];

describe('decodeSideband', () => {
  it('reads a mapping from the bytes of PERF_RECORD_MMAP2, whatever flag another event left on it', () => {
    const bytes = Buffer.from(
      [
        '0a000000', // type PERF_RECORD_MMAP2
        '0240', // misc PERF_RECORD_MISC_MMAP_BUILD_ID | user
        '7000', // size 112
        '39050000', // pid 1337
        '3a050000', // tid 1338
        '0010400000000000', // addr 0x401000
        '0020000000000000', // len 0x2000
        '0030000000000000', // pgoff 0x3000
        'fe000000', // major
        '01000000', // minor
        '0100000001000000', // inode 0x1_0000_0001
        '0700000000000000', // its generation
        '05000000', // prot: read, execute
        '02000000', // flags: private
        '2f62696e2f6c7300', // filename "/bin/ls", NUL
        '0000000000000000', // padding
        '39050000', // sample_id: pid
        '3a050000', // tid
        '00e40b5402000000', // time 10,000,000,000
        '03000000', // cpu 3
        '00000000', // reserved
      ].join(''),
      'hex',
    );
    expect(decode(bytes)).toEqual([
      {
        type: 'mmap',
        timeNs: 10_000_000_000,
        pid: 1337,
        start: 0x401000n,
        end: 0x403000n,
        offset: 0x3000,
        path: '/bin/ls',
        file: { device: 'fe:01', inode: '4294967297', generation: '7' },
      },
    ]);
  });

  it('keeps addresses of the upper half exact', () => {
    const record = mmap2Record({
      timeNs: 1, pid: 1, start: 0xffff_ffff_ff60_0000n, length: 0x1000n, path: '[vsyscall]',
    }); // prettier-ignore
    expect(decode(record)[0]).toMatchObject({ start: 0xffff_ffff_ff60_0000n, end: 0xffff_ffff_ff60_1000n });
  });

  it('tells an exec from a change of name, and a thread from its process', () => {
    expect(
      decode(
        commRecord({ timeNs: 1, pid: 5, comm: 'sh', exec: true }),
        commRecord({ timeNs: 2, pid: 5, tid: 6, comm: 'a name of 15 b.' }),
      ),
    ).toEqual([
      { type: 'comm', timeNs: 1, pid: 5, tid: 5, comm: 'sh', exec: true },
      { type: 'comm', timeNs: 2, pid: 5, tid: 6, comm: 'a name of 15 b.', exec: false },
    ]);
  });

  it('reads forks and exits of processes, and passes over those of threads', () => {
    expect(
      decode(
        forkRecord({ timeNs: 1, pid: 11, parent: 10 }),
        forkRecord({ timeNs: 2, pid: 10, parent: 10, tid: 12 }),
        exitRecord({ timeNs: 3, pid: 10, parent: 10, tid: 12 }),
        exitRecord({ timeNs: 4, pid: 11, parent: 10 }),
      ),
    ).toEqual([
      { type: 'fork', timeNs: 1, pid: 11, parent: 10 },
      { type: 'exit', timeNs: 4, pid: 11 },
    ]);
  });

  it('reads BPF programs that come and go, and passes over other kernel symbols', () => {
    const address = 0xffff_ffff_c012_3000n;
    expect(
      decode(
        ksymbolRecord({ timeNs: 1, address, length: 300, name: 'bpf_prog_6deef7357e7b4530_tick' }),
        ksymbolRecord({ timeNs: 2, address, length: 300, name: 'ftrace_trampoline', kind: 2 }),
        ksymbolRecord({ timeNs: 3, address, length: 300, name: 'bpf_prog_6deef7357e7b4530_tick', unregister: true }),
      ),
    ).toEqual([
      { type: 'ksymbol', timeNs: 1, address, length: 300, name: 'bpf_prog_6deef7357e7b4530_tick', unregister: false },
      { type: 'ksymbol', timeNs: 3, address, length: 300, name: 'bpf_prog_6deef7357e7b4530_tick', unregister: true },
    ]); // prettier-ignore
  });

  it('reads the id of a BPF program that was loaded, and passes over one that was unloaded', () => {
    expect(
      decode(bpfRecord({ timeNs: 1, id: 0xffff_fff0 }), bpfRecord({ timeNs: 2, id: 12, type: 2 })),
    ).toEqual([{ type: 'bpf-load', timeNs: 1, id: 0xffff_fff0 }]);
  });

  it('counts what the kernel had no room for', () => {
    expect(decode(lostRecord(9, 41))).toEqual([{ type: 'lost', timeNs: 9, count: 41 }]);
  });

  it('passes over records of types that it does not know', () => {
    const unknown = sidebandRecord(PERF_RECORD.throttle, 0, [Buffer.alloc(24)], { timeNs: 1 });
    expect(decode(unknown, lostRecord(2, 1))).toEqual([{ type: 'lost', timeNs: 2, count: 1 }]);
  });

  it('gives what precedes a record that is cut, then says where it stands', () => {
    const bytes = Buffer.concat([lostRecord(1, 1), lostRecord(2, 2)]);
    const events: SidebandEvent[] = [];
    expect(() => decodeSideband(bytes.subarray(0, 50), (event) => events.push(event))).toThrow(
      new RangeError('side-band record of 0 bytes at 48 of 50'),
    );
    expect(events).toHaveLength(1);
  });

  it('refuses a record shorter than its own header, rather than standing still', () => {
    const record = lostRecord(1, 1);
    for (const size of [0, 7, 8, 31]) {
      record.writeUInt16LE(size, 6);
      expect(() => decode(record)).toThrow(RangeError);
    }
  });

  it('decodes or throws a RangeError for every truncation of every record', () => {
    for (const record of ONE_OF_EACH) {
      for (let length = 1; length < record.length; length++) {
        expect(() => decode(record.subarray(0, length))).toThrow(RangeError);
      }
      expect(decode(record)).toHaveLength(1);
    }
  });

  it('decodes or throws a RangeError whatever bytes are changed, with at most one event a record', () => {
    const whole = Buffer.concat(ONE_OF_EACH);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = Buffer.from(whole.subarray(0, length));
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          let events = 0;
          try {
            decodeSideband(bytes, () => events++);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
          expect(events).toBeLessThanOrEqual(length / 32);
        },
      ),
      { numRuns: 2000, seed: 1 },
    );
  });

  it('decodes or throws a RangeError for a record of any type and size alone in its buffer', () => {
    fc.assert(
      fc.property(
        fc.nat(20),
        fc.nat(0xffff),
        fc.uint8Array({ minLength: 24, maxLength: 128 }),
        (type, misc, rest) => {
          const bytes = sidebandRecord(type, misc, [Buffer.from(rest)], { timeNs: 1 });
          // A buffer of its own: reads beyond the record have nothing to land in.
          const alone = new Uint8Array(bytes);
          try {
            decodeSideband(alone, () => undefined);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
        },
      ),
      { numRuns: 1000, seed: 2 },
    );
  });
});
