// The log decoder on records written by hand: fields, the mirror of sent stacks, gaps, malformed bytes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawSample } from '../../src/collector/sample-decoder.ts';
import { SampleDecoder } from '../../src/collector/sample-decoder.ts';
import { MAX_RECORD_BYTES, SAMPLE } from '../../src/collector/wire.gen.ts';
import { WALK_BY_POINTER, WALK_ENDS } from '../../src/model/walk-end.ts';
import { LOG_FLAG, logRecord } from '../support/log-writer.ts';

/** A decoder, and what it has told so far. */
class Follower {
  readonly decoder = new SampleDecoder(3);
  readonly samples: RawSample[] = [];
  readonly gaps: [number | null, number][] = [];

  read(...records: readonly Uint8Array[]): this {
    this.decoder.decode(
      Buffer.concat(records),
      (sample) => this.samples.push(sample),
      (expected, found) => this.gaps.push([expected, found]),
    );
    return this;
  }
}

const userOf = (sample: RawSample | undefined): number[] | undefined =>
  sample?.stack ? Array.from(sample.stack.user, Number) : undefined;

describe('SampleDecoder', () => {
  it('reads a record with its body from annotated bytes', () => {
    const bytes = Buffer.from(
      [
        '80000000', // size 128
        '1300', // flags: body, user mode, by frame pointer
        '0901', // slot 265
        '0500000000000000', // sequence 5
        '00e40b5402000000', // time 10,000,000,000
        '12219a0000000000', // period 10,101,010
        '0080c6a47e8d0300', // start 1,000,000,000,000,000
        '2a00000000000000', // cgroup v2 42
        '2b00000000000000', // cgroup v1 43
        'efcdab8967452301', // hash
        '39050000', // tgid 1337
        '3a050000', // tid 1338
        'e8030000', // uid 1000
        '0100', // kernel frames
        '0200', // user frames
        '776f726b65720000', // thread name "worker", NUL
        '0000000000000000',
        '10270000', // 10,000 ns in the program
        '0700', // skipped frames
        '0a00', // the walk was too deep
        '000000c0ffffffff', // kernel
        '0010400000000000', // user, leaf first
        '0020400000000000',
      ].join(''),
      'hex',
    );
    const { samples, gaps } = new Follower().read(bytes);
    expect(gaps).toEqual([[null, 5]]);
    expect(samples).toEqual([
      {
        cpu: 3,
        timeNs: 10_000_000_000,
        periodNs: 10_101_010,
        pid: 1337,
        tid: 1338,
        uid: 1000,
        startNs: 1_000_000_000_000_000n,
        cgroupV2: 42n,
        cgroupV1: 43n,
        threadName: 'worker',
        userMode: true,
        walk: WALK_ENDS.indexOf('tooDeep') | WALK_BY_POINTER,
        busyNs: 10_000,
        stack: {
          hash: 0x0123456789abcdefn,
          kernel: BigUint64Array.of(0xffff_ffff_c000_0000n),
          user: BigUint64Array.of(0x401000n, 0x402000n),
          skipped: 7,
          walkEnd: WALK_ENDS.indexOf('tooDeep'),
          pending: null,
          kthread: false,
          kernelError: false,
        },
      },
    ]);
  });

  it('tells kernel threads and stacks that could not be read', () => {
    const { kthread, kernelError } = LOG_FLAG;
    const { samples } = new Follower().read(
      logRecord({ sequence: 0, flags: kthread, kernel: [1n] }),
      logRecord({ sequence: 1, flags: kernelError, kernel: [] }),
    );
    expect(samples.map(({ stack, userMode }) => ({ ...stack, userMode }))).toMatchObject([
      { kthread: true, kernelError: false, userMode: false },
      { kthread: false, kernelError: true, userMode: false },
    ]);
  });

  it('reads a thread name that fills its sixteen bytes', () => {
    const { samples } = new Follower().read(logRecord({ sequence: 0, comm: 'abcdefghijklmnop', user: [] }));
    expect(samples[0]!.threadName).toBe('abcdefghijklmnop');
  });

  it('gives the stack that was sent before to a record without a body', () => {
    const { samples } = new Follower().read(
      logRecord({ sequence: 0, slot: 4, stackHash: 40n, user: [1n, 2n] }),
      logRecord({ sequence: 1, slot: 5, stackHash: 50n, user: [3n] }),
      logRecord({ sequence: 2, slot: 4, stackHash: 40n }),
    );
    expect(samples[2]!.stack).toBe(samples[0]!.stack);
  });

  it('does not keep a body that the program has no slot for', () => {
    const { uncached } = LOG_FLAG;
    const { samples } = new Follower().read(
      logRecord({ sequence: 0, slot: 0, stackHash: 40n, user: [1n] }),
      logRecord({ sequence: 1, slot: 0, stackHash: 50n, user: [2n], flags: uncached }),
      logRecord({ sequence: 2, slot: 0, stackHash: 40n }),
    );
    expect(samples.map(userOf)).toEqual([[1], [2], [1]]);
  });

  it('replaces what the slot held with the last body', () => {
    const { samples } = new Follower().read(
      logRecord({ sequence: 0, slot: 4, stackHash: 40n, user: [1n] }),
      logRecord({ sequence: 1, slot: 4, stackHash: 41n, user: [2n] }),
      logRecord({ sequence: 2, slot: 4, stackHash: 41n }),
      logRecord({ sequence: 3, slot: 4, stackHash: 40n }),
    );
    expect(samples.map(userOf)).toEqual([[1], [2], [2], undefined]);
    expect(samples[3]!.stack).toBeNull();
  });

  it('says that the stack is lost where its body was in a gap, and takes it up again when it is sent again', () => {
    const { samples, gaps } = new Follower().read(
      logRecord({ sequence: 0, user: [9n], slot: 1, stackHash: 10n }),
      logRecord({ sequence: 3, slot: 2, stackHash: 20n }),
      logRecord({ sequence: 4, slot: 2, stackHash: 20n, user: [1n] }),
      logRecord({ sequence: 5, slot: 2, stackHash: 20n }),
      logRecord({ sequence: 6, slot: 1, stackHash: 10n }),
    );
    expect(gaps).toEqual([
      [null, 0],
      [1, 3],
    ]);
    expect(samples.map(userOf)).toEqual([[9], undefined, [1], [1], [9]]);
  });

  it('reports the first record of a log as a gap from nothing, and goes on across calls', () => {
    const follower = new Follower();
    expect(follower.decoder.next).toBeNull();
    follower.read(logRecord({ sequence: 1000, user: [] })).read(logRecord({ sequence: 1001, user: [] }));
    follower.read(logRecord({ sequence: 1010, user: [] }));
    expect(follower.gaps).toEqual([
      [null, 1000],
      [1002, 1010],
    ]);
    expect(follower.decoder.next).toBe(1011);
  });

  it('takes nothing from no bytes', () => {
    const follower = new Follower().read();
    expect([follower.samples, follower.gaps, follower.decoder.next]).toEqual([[], [], null]);
  });

  it('refuses sizes that would stand still or run over the end', () => {
    for (const size of [0, 8, SAMPLE.bytes - 1, 120, 0xffff_ffff]) {
      const record = logRecord({ sequence: 0, user: [1n] });
      record.writeUInt32LE(size, SAMPLE.size);
      expect(() => new Follower().read(record)).toThrow(RangeError);
    }
  });

  it('refuses more frames than the record holds', () => {
    const record = logRecord({ sequence: 0, user: [1n, 2n] });
    record.writeUInt16LE(3, SAMPLE.user_frames);
    expect(() => new Follower().read(record)).toThrow(RangeError);
    // Not even where another record follows.
    expect(() => new Follower().read(record, logRecord({ sequence: 1, user: [3n] }))).toThrow(RangeError);
  });

  it('decodes or throws a RangeError for every truncation', () => {
    const first = logRecord({ sequence: 0, user: [1n, 2n], slot: 1 });
    const bytes = Buffer.concat([first, logRecord({ sequence: 1, slot: 1 })]);
    for (let length = 0; length <= bytes.length; length++) {
      const follower = new Follower();
      const whole = length === 0 || length === first.length || length === bytes.length;
      if (whole) follower.read(bytes.subarray(0, length));
      else expect(() => follower.read(bytes.subarray(0, length))).toThrow(RangeError);
      expect(follower.samples).toHaveLength(length === bytes.length ? 2 : length >= first.length ? 1 : 0);
    }
  });

  it('decodes or throws a RangeError whatever bytes are changed, with bounded stacks', () => {
    const whole = Buffer.concat(
      Array.from({ length: 6 }, (_, i) =>
        logRecord({ sequence: i, slot: i % 2, stackHash: BigInt(i % 2), user: i < 4 ? [1n, 2n] : [] }),
      ),
    );
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 10 }),
        fc.nat(whole.length),
        (changes, length) => {
          const bytes = Buffer.from(whole.subarray(0, length));
          for (const [at, value] of changes) if (at < length) bytes[at] = value;
          const follower = new Follower();
          try {
            follower.read(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
          }
          expect(follower.samples.length).toBeLessThanOrEqual(length / SAMPLE.bytes);
          for (const { stack } of follower.samples) {
            const frames = (stack?.kernel.length ?? 0) + (stack?.user.length ?? 0);
            expect(frames * 8 + SAMPLE.bytes).toBeLessThanOrEqual(MAX_RECORD_BYTES);
          }
        },
      ),
      { numRuns: 2000, seed: 3 },
    );
  });

  it('gives every record the stack that its body or the last body of its slot had', () => {
    // The BPF side: a direct-mapped cache of hashes, a body wherever the slot holds another hash.
    const ticks = fc.array(fc.record({ stack: fc.nat(12), lost: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(ticks, (all) => {
        const sent = new Map<number, number>();
        const seen = new Map<number, number>();
        const follower = new Follower();
        const expected: (number | undefined)[] = [];
        all.forEach(({ stack, lost }, sequence) => {
          const slot = stack % 4;
          const hasBody = sent.get(slot) !== stack;
          sent.set(slot, stack);
          if (lost) return;
          const fields = { sequence, slot, stackHash: BigInt(stack + 1) };
          follower.read(logRecord(hasBody ? { ...fields, user: [BigInt(stack)] } : fields));
          if (hasBody) seen.set(slot, stack);
          expected.push(seen.get(slot) === stack ? stack : undefined);
        });
        expect(follower.samples.map((sample) => userOf(sample)?.[0])).toEqual(expected);
        const missed = follower.gaps.reduce((sum, [from, found]) => sum + found - (from ?? 0), 0);
        expect(missed + follower.samples.length).toBe(follower.decoder.next ?? 0);
      }),
      { numRuns: 300, seed: 4 },
    );
  });
});
