// Throughput that a load on every CPU loses to each profiler, in alternating rounds.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Round } from '../lib/alternate.ts';
import { alternate } from '../lib/alternate.ts';
import type { LoadWindow } from '../lib/busy-load.ts';
import { BusyLoad } from '../lib/busy-load.ts';
import type { Interval } from '../lib/interval.ts';
import { mean, meanInterval, median } from '../lib/interval.ts';
import { hostShares, hostTime, onlineCpus } from '../lib/machine.ts';
import type { Profiler, ProfilerName, SessionResult } from '../lib/profilers.ts';
import { profiler } from '../lib/profilers.ts';
import type { OverheadOptions } from './options.ts';

const SETTLE_MS = 1000;

export interface ProfilerLoss {
  name: ProfilerName;
  command: string;
  rounds: number;
  /** Share of the throughput that is lost, over the means of the cycles. */
  loss: Interval;
  medianLoss: number;
  /** Time lost per tick, all its parts together: timer interrupt, stack walk, the profiler's own processes. */
  microsecondsPerTick: number;
  /** Samples per second and CPU: what it took while it cost that. */
  samplesPerSecond: number;
  notes: string[];
}

export interface ThroughputResult {
  losses: ProfilerLoss[];
  /** Our loss − perf's, cycle by cycle; undefined where one of the two did not run. */
  beyondPerf: Interval | undefined;
  /** Share of the host's CPU time that other guests took. */
  steal: number;
  /** Share of the windows without a profiler in which something else ran on the load's CPUs. */
  disturbed: number;
}

export async function measureThroughput(
  options: OverheadOptions,
  program: string,
  folder: string,
  say: (line: string) => void,
): Promise<ThroughputResult> {
  const cpus = onlineCpus();
  const subjects = options.profilers.map((name) => profiler(name, options.rateHz, folder));
  const sessions = new Map<string, SessionResult[]>(subjects.map(({ name }) => [name, []]));
  const load = new BusyLoad(program, cpus);
  const before = hostTime();
  try {
    const rounds = await alternate({
      subjects,
      cycles: Math.ceil(options.rounds / 2),
      measure: () => load.measure(options.seconds),
      warmUp: () => sleep(options.warmSeconds * 1000),
      settle: () => sleep(SETTLE_MS),
      onRound: ({ subject, cycle, off, on }) =>
        say(`cycle ${cycle + 1}: ${subject.padEnd(10)} ${percent(lossOf(off, on))}`),
      onStopped: (subject, session) => sessions.get(subject)!.push(session),
    });
    const { steal } = hostShares(before, hostTime());
    return {
      losses: subjects.map((subject) =>
        summary(subject, rounds, sessions.get(subject.name)!, cpus.length, options.rateHz),
      ),
      beyondPerf: difference(rounds, 'pilotlight', 'perf'),
      steal,
      disturbed: mean(rounds.map(({ off }) => 1 - off.onCpuShare)),
    };
  } finally {
    await load.stop();
  }
}

function lossOf(off: LoadWindow, on: LoadWindow): number {
  return 1 - on.unitsPerSecond / off.unitsPerSecond;
}

/** The two rounds of a cycle share a start of the profiler and a drift: their mean is the independent value. */
function cycleLosses(rounds: readonly Round<LoadWindow>[], name: ProfilerName): number[] {
  const byCycle = new Map<number, number[]>();
  for (const { subject, cycle, off, on } of rounds) {
    if (subject === name) byCycle.set(cycle, [...(byCycle.get(cycle) ?? []), lossOf(off, on)]);
  }
  return [...byCycle.values()].map(mean);
}

function difference(
  rounds: readonly Round<LoadWindow>[],
  one: ProfilerName,
  other: ProfilerName,
): Interval | undefined {
  const left = cycleLosses(rounds, one);
  const right = cycleLosses(rounds, other);
  if (left.length === 0 || right.length === 0) return undefined;
  return meanInterval(left.map((loss, cycle) => loss - right[cycle]!));
}

function summary(
  { name, command }: Profiler,
  rounds: readonly Round<LoadWindow>[],
  sessions: readonly SessionResult[],
  cpus: number,
  rateHz: number,
): ProfilerLoss {
  const own = rounds.filter(({ subject }) => subject === name);
  const loss = meanInterval(cycleLosses(rounds, name));
  const seconds = sessions.reduce((sum, session) => sum + session.seconds, 0);
  const samples = sessions.reduce((sum, session) => sum + session.samples, 0);
  return {
    name,
    command,
    rounds: own.length,
    loss,
    medianLoss: median(own.map(({ off, on }) => lossOf(off, on))),
    microsecondsPerTick: (loss.mean / rateHz) * 1e6,
    samplesPerSecond: samples / seconds / cpus,
    notes: [...new Set(sessions.flatMap(({ note }) => note ?? []))],
  };
}

export function percent(share: number, digits = 2): string {
  return Number.isNaN(share) ? 'n/a' : `${(share * 100).toFixed(digits)} %`;
}
