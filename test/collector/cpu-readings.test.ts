import { describe, expect, it } from 'vitest';
import { cpuReading, readExpected } from '../../src/collector/cpu-readings.ts';

/** `struct pl_cpu` of bpf/wire.h. */
function counters(fields: { base: bigint; enabledBaseNs: bigint; periodNs: bigint }): Buffer {
  const bytes = Buffer.alloc(256);
  const words = [
    100n, // entries
    100n, // exits
    40n, // idle
    50n, // recorded
    1234n, // busy_ns
    567n, // idle_ns
    3n, // losses: filtered
    6n, // logFull
    1n, // noLog
  ];
  words.forEach((word, i) => bytes.writeBigUInt64LE(word, i * 8));
  bytes.writeBigUInt64LE(fields.base, 176); // expected_base
  bytes.writeBigUInt64LE(fields.enabledBaseNs, 184); // enabled_base_ns
  bytes.writeBigUInt64LE(fields.periodNs, 192); // period_ns
  return bytes;
}

describe('cpuReading', () => {
  it('reads every counter from its place', () => {
    const bytes = counters({ base: 10n, enabledBaseNs: 500n, periodNs: 100n });
    expect(cpuReading(3, bytes, 9_999n)).toEqual({
      cpu: 3,
      expected: 10 + 94,
      periodNs: 100,
      entries: 100,
      idle: 40,
      recorded: 50,
      bpfNs: 1234,
      idleNs: 567,
      losses: { filtered: 3, logFull: 6, noLog: 1 },
    });
  });
});

describe('readExpected', () => {
  it('counts whole periods since the last change of the period', () => {
    const bytes = counters({ base: 1000n, enabledBaseNs: 5000n, periodNs: 10n });
    expect([5000n, 5009n, 5010n, 6000n].map((ns) => readExpected(bytes, ns))).toEqual([
      1000, 1000, 1001, 1100,
    ]);
  });

  it('stays at what was closed where the CPU has no event', () => {
    expect(readExpected(counters({ base: 77n, enabledBaseNs: 0n, periodNs: 0n }), 10n ** 12n)).toBe(77);
    expect(readExpected(counters({ base: 77n, enabledBaseNs: 500n, periodNs: 10n }), 0n)).toBe(77);
  });
});
