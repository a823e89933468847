// Messages between service and sampler.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { native } from '../../src/collector/native.ts';
import type { ProcSnapshot } from '../../src/collector/sampler-host.ts';
import { decodeMessage, encodeMessage, MAPPINGS_PER_PART } from '../../src/collector/sampler-rpc.ts';
import { processParts } from '../../src/collector/sampler-server.ts';
import { snapshotOf } from '../support/fake-sampler-host.ts';

const U64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const MAPPING = fc.record({
  start: U64,
  end: U64,
  offset: fc.nat(Number.MAX_SAFE_INTEGER),
  device: fc.constant('fe:01'),
  inode: U64.map(String),
  path: fc.string({ unit: 'binary' }),
});
const SNAPSHOT = fc.record({
  pid: fc.nat(),
  startTicks: fc.nat(),
  comm: fc.string(),
  exe: fc.string(),
  uid: fc.nat(),
  cgroup: fc.string(),
  mappings: fc.array(MAPPING, { maxLength: 400, size: 'max' }),
});

/** Over the socket and back. */
const carried = (part: ProcSnapshot): ProcSnapshot =>
  (decodeMessage(encodeMessage({ id: 1, part })) as { part: ProcSnapshot }).part;

describe('messages', () => {
  it('come back as they were sent, 64-bit integers included', () => {
    fc.assert(
      fc.property(SNAPSHOT, (part) => {
        expect(carried(part)).toEqual(part);
      }),
      { numRuns: 30, seed: 10 },
    );
  });

  it('keep requests and plain answers', () => {
    const request = { id: 2 ** 52, method: 'openObject' as const, args: { pid: 7, start: '94', end: '95' } };
    expect(decodeMessage(encodeMessage(request))).toEqual(request);
    for (const result of [null, 'text', ['a', 'b'], { ok: false, reason: 'no-file' }]) {
      expect(decodeMessage(encodeMessage({ id: 1, done: true, result }))).toEqual({
        id: 1,
        done: true,
        result,
      });
    }
  });

  it('refuse bytes that are no message', () => {
    expect(() => decodeMessage(Buffer.from('{"id":1'))).toThrow(SyntaxError);
  });
});

describe('processParts', () => {
  const mapping = (i: number, path: string) => ({
    start: BigInt(i) * 0x1000n, end: BigInt(i + 1) * 0x1000n, offset: 0, device: '08:01', inode: '1', path,
  }); // prettier-ignore
  const sizeOf = (part: ProcSnapshot): number => encodeMessage({ id: 2 ** 52, part }).length;

  it('sends a process without mappings in one part', () => {
    const process = snapshotOf(2);
    expect(processParts(process)).toEqual([process]);
  });

  it.each([1, MAPPINGS_PER_PART, MAPPINGS_PER_PART + 1, 5 * MAPPINGS_PER_PART])(
    'cuts %d mappings into parts that make up the process',
    (count) => {
      const mappings = Array.from({ length: count }, (_, i) => mapping(i, `/lib/${i}.so`));
      const process = snapshotOf(2, { mappings });
      const parts = processParts(process);
      expect(parts).toHaveLength(Math.ceil(count / MAPPINGS_PER_PART));
      expect(parts.flatMap((part) => part.mappings)).toEqual(mappings);
      for (const part of parts) expect({ ...part, mappings }).toEqual(process);
    },
  );

  it.each([
    ['of the greatest length', 'x'.repeat(4095)],
    ['of control characters', '\x01'.repeat(4095)],
    ['of three bytes a character', '\u20ac'.repeat(4095)],
    ['beyond any that can be opened', 'y'.repeat(200_000)],
  ])('keeps every part below the largest message with paths %s', (_, path) => {
    const mappings = Array.from({ length: 40 }, (__, i) => mapping(i, `/${path}`));
    const parts = processParts(
      snapshotOf(2, { exe: path.slice(0, 4096), cgroup: path.slice(0, 4096), mappings }),
    );
    expect(parts.flatMap((part) => part.mappings)).toHaveLength(40);
    for (const part of parts) expect(sizeOf(part)).toBeLessThanOrEqual(native().maxMessageBytes);
  });
});
