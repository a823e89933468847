// Ten seconds of the big host: every record accounted for, nothing piles up. The half hour is `npm run bench -- big-host`.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BigHostResult } from '../../../bench/big-host/run.ts';
import { runBigHost } from '../../../bench/big-host/run.ts';
import { MAX_UNSENT_SAMPLES } from '../../../src/daemon/flusher.ts';

const CPUS = 128;
const SECONDS = 10;
/** Of `MAX_WAITING` in the collector: far from giving samples up. */
const FEW_WAITING = 100_000;

let dataDir: string;
let result: BigHostResult;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'pilotlight-big-host-'));
  const host = { cpus: CPUS, processes: 5000, lifeSeconds: 5, programs: 20 };
  result = await runBigHost({ ...host, seconds: SECONDS, dataDir });
}, 300_000);
afterAll(() => rm(dataDir, { recursive: true }));

const sumOf = (values: readonly number[]) => values.reduce((sum, n) => sum + n, 0);

describe('a host of 128 CPUs and 5,000 processes that come and go', () => {
  it('has every tick of every CPU in its account, second by second and at the end', () => {
    for (const { conservation } of [...result.looks, { conservation: result.end }]) {
      expect(conservation.perCpu).toHaveLength(CPUS);
      expect(conservation).toMatchObject({ closed: true, unaccounted: 0 });
    }
  });

  it('stores what it accounts for as stored, all that was not lost on purpose', () => {
    const { perCpu } = result.end;
    const stored = sumOf(perCpu.map(({ samples }) => samples));
    const losses = perCpu.flatMap((account) => Object.entries(account.losses));
    const lost = (name: string) => sumOf(losses.filter(([key]) => key === name).map(([, n]) => n));
    expect(result.usage.samples).toBe(stored);
    expect(lost('logFull')).toBeGreaterThan(0);
    expect(lost('collectorFull') + lost('storeFailed') + lost('serviceDown')).toBe(0);
    // A record that was overwritten as the last of its log is on its way for ever.
    expect(sumOf(perCpu.map(({ pending }) => pending))).toBeLessThan(5);
    expect(stored).toBeGreaterThan(0.99 * sumOf(perCpu.map(({ entries }) => entries)));
  });

  it('keeps its queues short', () => {
    expect(Math.max(...result.looks.map(({ heldSamples }) => heldSamples))).toBeLessThan(FEW_WAITING);
    expect(Math.max(...result.looks.map(({ unsentSamples }) => unsentSamples))).toBeLessThan(
      MAX_UNSENT_SAMPLES,
    );
  });

  it('knows its processes: each sample has one that the side band told of', () => {
    expect(result.unknownProcesses).toBe(0);
    expect(result.usage.processes).toBeGreaterThan(5000);
  });
});
