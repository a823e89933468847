import { describe, expect, it } from 'vitest';
import type { PerfRecord } from '../../../bench/lib/perf-data.ts';
import { PerfData } from '../../../bench/lib/perf-data.ts';

/** PERF_SAMPLE_ bits: IP, TID, TIME, CALLCHAIN, CPU, PERIOD, REGS_USER, STACK_USER. */
const SAMPLE_TYPE = 1 | 2 | 4 | 32 | 128 | 256 | 4096 | 8192;
/** PERF_REG_X86_BP, SP, IP. */
const REGISTERS = (1n << 6n) | (1n << 7n) | (1n << 8n);

const u16 = (value: number) => Buffer.from(Uint16Array.of(value).buffer);
const u32 = (value: number) => Buffer.from(Uint32Array.of(value).buffer);
const u64 = (value: number | bigint) => Buffer.from(BigUint64Array.of(BigInt(value)).buffer);

function record(type: number, misc: number, ...fields: Buffer[]): Buffer {
  const body = Buffer.concat(fields);
  return Buffer.concat([u32(type), u16(misc), u16(8 + body.length), body]);
}

/** pid and tid, time, CPU: what follows every record but a sample. */
function sampleId(pid: number, timeNs: number): Buffer {
  return Buffer.concat([u32(pid), u32(pid), u64(timeNs), u32(0), u32(0)]);
}

function sample(timeNs: number, { mode = 2, room = 32, copied = 24 } = {}): Buffer {
  return record(
    9, // PERF_RECORD_SAMPLE
    mode, // PERF_RECORD_MISC_USER
    u64(0x401000), // ip
    Buffer.concat([u32(7), u32(8)]), // pid, tid
    u64(timeNs),
    u64(1), // CPU
    u64(1_000_000), // period
    u64(4), // call chain of four words
    u64(0xffff_ffff_ffff_ff80n), // PERF_CONTEXT_KERNEL
    u64(0xffff_ffff_8100_0000n),
    u64(0xffff_ffff_ffff_fe00n), // PERF_CONTEXT_USER
    u64(0x401000),
    u64(2), // PERF_SAMPLE_REGS_ABI_64
    u64(0x10), // BP
    u64(0x7fff_0000), // SP
    u64(0x401000), // IP
    u64(room),
    Buffer.alloc(room, 0xab),
    u64(copied),
  );
}

function mmap2(timeNs: number, path: string, misc = 0): Buffer {
  return record(
    10, // PERF_RECORD_MMAP2
    misc,
    Buffer.concat([u32(7), u32(7)]),
    u64(0x400000), // address
    u64(0x1000), // length
    u64(0x2000), // offset
    Buffer.concat([u32(8), u32(1)]), // device
    u64(99), // inode
    u64(0), // its generation
    Buffer.concat([u32(5), u32(2)]), // protection, flags
    Buffer.from(path.padEnd(16, '\0')),
    sampleId(7, timeNs),
  );
}

function file(records: readonly Buffer[], sampleType = SAMPLE_TYPE): Buffer {
  const attr = Buffer.alloc(144); // perf_event_attr of 128 bytes, then the place of its ids
  attr.writeBigUInt64LE(BigInt(sampleType), 24);
  attr.writeBigUInt64LE(REGISTERS, 80);
  const data = Buffer.concat(records);
  const dataAt = 104 + attr.length;
  const head = [u64(104), u64(144), u64(104), u64(attr.length), u64(dataAt), u64(data.length)];
  return Buffer.concat([Buffer.from('PERFILE2'), ...head, Buffer.alloc(104 - 56), attr, data]);
}

const read = (records: readonly Buffer[]): PerfRecord[] => [...new PerfData(file(records)).records()];

describe('PerfData', () => {
  it('gives registers, stack and the user part of the call chain of a sample', () => {
    const [found] = read([sample(5)]);
    expect(found).toMatchObject({
      type: 'sample',
      sample: { pid: 7, tid: 8, timeNs: 5, ip: 0x401000n, inKernel: false, stackCut: false },
    });
    if (found?.type !== 'sample') throw new Error('no sample');
    expect(found.sample.userChain).toEqual([0x401000n]);
    expect([...(found.sample.registers ?? [])]).toEqual([
      [6, 0x10n],
      [7, 0x7fff_0000n],
      [8, 0x401000n],
    ]);
    expect(found.sample.stack).toHaveLength(24);
  });

  it('tells a copy that had no room for the whole stack, and a sample of the kernel', () => {
    const [found] = read([sample(5, { mode: 1, room: 32, copied: 32 })]);
    expect(found).toMatchObject({ sample: { stackCut: true, inKernel: true } });
  });

  it('gives samples and side band in time order, whatever the order of the file', () => {
    const order = read([sample(30), mmap2(10, '/bin/a'), sample(20)]).map((found) =>
      found.type === 'sample' ? found.sample.timeNs : found.event.timeNs,
    );
    expect(order).toEqual([10, 20, 30]);
  });

  it('reads a mapping as the collector does, and passes over one that holds no code', () => {
    const dataMapping = 1 << 13; // PERF_RECORD_MISC_MMAP_DATA
    expect(read([mmap2(1, '/bin/a'), mmap2(2, '/bin/b', dataMapping)])).toMatchObject([
      { type: 'sideband', event: { type: 'mmap', pid: 7, start: 0x400000n, offset: 0x2000, path: '/bin/a' } },
    ]);
  });

  it('refuses samples whose fields it does not know, and a file that ends early', () => {
    const raw = SAMPLE_TYPE | 1024; // PERF_SAMPLE_RAW
    expect(() => new PerfData(file([], raw))).toThrow(/samples of type 0x/);
    expect(() => new PerfData(file([sample(1)]).subarray(0, 300))).toThrow(/ends within/);
    expect(() => new PerfData(Buffer.alloc(200))).toThrow(/not a perf.data/);
  });
});
