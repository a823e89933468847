// The daemon in its steady state: CPU time of its processes, memory, BPF time, and what ticks cost an idle CPU.
//
// The minutes, in tenths: 1 warm-up, 4 under the load alone (CPU figures), 3 with a churn of short processes beside
// it, 2 under the load alone again; then the memory is read. After that the load ends, and idle ticks are counted.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StatusBody } from '../../src/server/status.ts';
import { BusyLoad } from '../lib/busy-load.ts';
import { churn } from '../lib/build-churn.ts';
import { Daemon } from '../lib/daemon.ts';
import { hostShares, hostTime } from '../lib/machine.ts';
import type { ProcessUsage } from '../lib/process-usage.ts';
import { cpuBetween, readUsage } from '../lib/process-usage.ts';
import { lowered, samplesTaken } from '../lib/profilers.ts';
import type { OverheadOptions } from './options.ts';

/** Rows of the CPU table. */
export interface CpuCost {
  perProcess: { name: string; secondsPerMinute: number }[];
  secondsPerMinute: number;
  samplesPerSecond: number;
  bpfNsPerSample: number | null;
  /** Where the rate was not the one asked for. */
  note?: string;
}

export interface IdleCost {
  seconds: number;
  /** Share of the CPUs' time in which nothing ran. */
  idleShare: number;
  /** Ticks that found their CPU idle, per second, CPU by CPU. */
  ticksPerSecond: number[];
  bpfNsPerTick: number | null;
}

export interface SteadyResult {
  minutes: number;
  load: CpuCost;
  churn: CpuCost & { compilations: number };
  memory: ProcessUsage[];
  idle: IdleCost;
  conservationClosed: boolean;
  /** Share of the expected ticks that did not fire (steal, overruns). */
  notFired: number;
}

interface Mark {
  usage: ProcessUsage[];
  atMs: number;
  status: StatusBody;
}

export async function measureSteady(
  options: OverheadOptions,
  program: string,
  cpus: readonly number[],
  folder: string,
  say: (line: string) => void,
): Promise<SteadyResult> {
  const tenthMs = options.steadyMinutes * 6000;
  const daemon = await Daemon.start(join(folder, 'steady-data'), options.rateHz);
  const load = new BusyLoad(program, cpus);
  let loadEnded = false;
  const endLoad = async () => {
    if (!loadEnded) await load.stop();
    loadEnded = true;
  };
  try {
    const pids = daemon.pids();
    say('warm-up');
    await sleep(tenthMs);
    say('CPU time under the load');
    const underLoad = await costDuring(daemon, pids, () => sleep(tenthMs * 4));
    say('the same with a churn of short processes');
    const jobs = cpus.length;
    const underChurn = await costDuring(daemon, pids, () =>
      churn(join(folder, 'churn'), jobs, (tenthMs * 3) / 1000),
    );
    say('the load alone again');
    await sleep(tenthMs * 2);
    const memory = pids.map(readUsage);
    await endLoad();
    say('idle');
    const idle = await measureIdle(daemon, Math.max(2000, tenthMs / 2));
    const status = await daemon.status();
    return {
      minutes: options.steadyMinutes,
      load: underLoad.cost,
      churn: { ...underChurn.cost, compilations: underChurn.result },
      memory,
      idle,
      conservationClosed: status.conservation?.closed ?? false,
      notFired: notFiredShare(status),
    };
  } finally {
    await endLoad();
    await daemon.stop();
  }
}

async function costDuring<T>(
  daemon: Daemon,
  pids: readonly number[],
  work: () => Promise<T>,
): Promise<{ cost: CpuCost; result: T }> {
  // Asked for its state outside of the interval: an answer costs CPU time too.
  const statusBefore = await daemon.status();
  const before: Mark = { status: statusBefore, atMs: performance.now(), usage: pids.map(readUsage) };
  const result = await work();
  const usage = pids.map(readUsage);
  const after: Mark = { usage, atMs: performance.now(), status: await daemon.status() };
  return { cost: costBetween(before, after), result };
}

function costBetween(before: Mark, after: Mark): CpuCost {
  const seconds = (after.atMs - before.atMs) / 1000;
  const perMinute = cpuBetween(before.usage, after.usage).map((used) => (used / seconds) * 60);
  const cpus = after.status.conservation?.perCpu.length ?? 1;
  return {
    perProcess: after.usage.map(({ name }, i) => ({ name, secondsPerMinute: perMinute[i]! })),
    secondsPerMinute: perMinute.reduce((sum, used) => sum + used, 0),
    samplesPerSecond: (samplesTaken(after.status) - samplesTaken(before.status)) / seconds / cpus,
    bpfNsPerSample: bpfNsBetween(before.status, after.status),
    ...lowered(before.status),
    ...lowered(after.status),
  };
}

/** The status gives the mean since the start; of an interval it is the difference of the sums. */
function bpfNsBetween(before: StatusBody, after: StatusBody): number | null {
  const sum = (status: StatusBody) => (status.overhead?.bpfNsPerSample ?? 0) * samplesTaken(status);
  const samples = samplesTaken(after) - samplesTaken(before);
  return samples > 0 ? (sum(after) - sum(before)) / samples : null;
}

async function measureIdle(daemon: Daemon, milliseconds: number): Promise<IdleCost> {
  await sleep(1000); // the load's threads are gone
  const before = await daemon.status();
  const beginMs = performance.now();
  const hostBefore = hostTime();
  await sleep(milliseconds);
  const { busy } = hostShares(hostBefore, hostTime());
  const seconds = (performance.now() - beginMs) / 1000;
  const after = await daemon.status();
  const idleTicks = (status: StatusBody) => (status.conservation?.perCpu ?? []).map(({ idle }) => idle);
  const first = idleTicks(before);
  const ticks = idleTicks(after).map((count, i) => count - (first[i] ?? 0));
  const idleNs = (status: StatusBody) =>
    (status.overhead?.bpfNsPerIdleTick ?? 0) * idleTicks(status).reduce((sum, count) => sum + count, 0);
  const total = ticks.reduce((sum, count) => sum + count, 0);
  return {
    seconds,
    idleShare: 1 - busy,
    ticksPerSecond: ticks.map((count) => count / seconds),
    bpfNsPerTick: total > 0 ? (idleNs(after) - idleNs(before)) / total : null,
  };
}

function notFiredShare({ conservation }: StatusBody): number {
  const perCpu = conservation?.perCpu ?? [];
  const expected = perCpu.reduce((sum, cpu) => sum + cpu.expected, 0);
  return perCpu.reduce((sum, cpu) => sum + cpu.notFired, 0) / Math.max(1, expected);
}
