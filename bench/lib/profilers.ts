// Profilers of the whole host at one rate, each to be switched on and off: ours, perf, bpftrace.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import type { StatusBody } from '../../src/server/status.ts';
import type { Child } from './child.ts';
import { awaitOutput, collect, endChild, startChild } from './child.ts';
import { Daemon } from './daemon.ts';
import { processTree } from './process-usage.ts';

export const PROFILERS = ['pilotlight', 'perf', 'bpftrace'] as const;
export type ProfilerName = (typeof PROFILERS)[number];

/** What a profiler did while it was on: one that takes no samples costs nothing. */
export interface SessionResult {
  samples: number;
  seconds: number;
  /** Where it is not what was asked for: the rate was lowered, another event was sampled. */
  note?: string;
}

export interface ProfilerSession {
  pids(): number[];
  stop(): Promise<SessionResult>;
}

export interface Profiler {
  name: ProfilerName;
  /** The command, as the report shows it. */
  command: string;
  start(): Promise<ProfilerSession>;
}

/** perf writes build ids and bpftrace names all its stacks when it is told to end. */
const STOP_MS = 120_000;

export function profiler(name: ProfilerName, rateHz: number, folder: string): Profiler {
  const makers = { pilotlight, perf, bpftrace };
  return makers[name](rateHz, folder);
}

function pilotlight(rateHz: number, folder: string): Profiler {
  // One data directory for all rounds: a daemon that is always on has a history.
  const dataDir = join(folder, 'throughput-data');
  return {
    name: 'pilotlight',
    command: `pilotlight serve --rate ${rateHz}`,
    async start() {
      const daemon = await Daemon.start(dataDir, rateHz);
      const before = samplesTaken(await daemon.status());
      const startMs = performance.now();
      return {
        pids: () => daemon.pids(),
        async stop() {
          const status = await daemon.status();
          const seconds = (performance.now() - startMs) / 1000;
          await daemon.stop();
          return { samples: samplesTaken(status) - before, seconds, ...lowered(status) };
        },
      };
    },
  };
}

/** Idle ticks excluded, like what perf and bpftrace count under a load on every CPU. */
export function samplesTaken({ conservation }: StatusBody): number {
  return (conservation?.perCpu ?? []).reduce((sum, cpu) => sum + cpu.samples + cpu.pending, 0);
}

/** A governor that lowered the rate would make the comparison flatter us. */
export function lowered({ rate }: StatusBody): { note?: string } {
  if (rate === undefined || rate.inForceHz >= rate.configuredHz) return {};
  return { note: `the governor lowered the rate to ${rate.inForceHz} Hz` };
}

function perf(rateHz: number, folder: string): Profiler {
  const output = join(folder, 'perf.data');
  const args = ['record', '-F', String(rateHz), '-g', '-a'];
  return {
    name: 'perf',
    command: `perf ${args.join(' ')}`,
    async start() {
      const child = startChild('perf', [...args, '-o', output], { endSignal: 'SIGINT' });
      const said = collect(child.stderr);
      child.stdout.resume();
      const startMs = performance.now();
      await stillRunning(child, said);
      return {
        pids: () => processTree(child.pid!),
        async stop() {
          const seconds = (performance.now() - startMs) / 1000;
          await endChild(child, 'SIGINT', STOP_MS);
          // "[ perf record: Captured and wrote 0.9 MB perf.data (1982 samples) ]"
          const samples = Number(/\((\d+) samples\)/.exec(said.text)?.[1] ?? 0);
          const event = perfEvent(output);
          rmSync(output, { force: true });
          return { samples, seconds, ...(event === undefined ? {} : { note: `event: ${event}` }) };
        },
      };
    },
  };
}

/** The event it sampled: cycles where there is a hardware counter, else cpu-clock. */
function perfEvent(file: string): string | undefined {
  const { stdout } = spawnSync('perf', ['evlist', '-i', file], { encoding: 'utf8', timeout: 30_000 });
  const events = stdout.split('\n').filter((line) => line !== '' && !/^(#|dummy)/.test(line));
  return events.length > 0 ? events.join(', ') : undefined;
}

function bpftrace(rateHz: number): Profiler {
  const script = `profile:hz:${rateHz} { @[kstack, ustack, comm] = count() }`;
  return {
    name: 'bpftrace',
    command: `bpftrace -e '${script}'`,
    async start() {
      // What it prints when it is told to end is read for the counts only: naming user stacks would take minutes.
      const env = { BPFTRACE_NO_USER_SYMBOLS: '1' };
      const child = startChild('bpftrace', ['-e', script], { endSignal: 'SIGINT', env });
      const said = collect(child.stdout);
      const failed = collect(child.stderr);
      await awaitOutput(child, said, /Attaching/, 30_000).catch((error: unknown) => {
        child.kill('SIGINT');
        throw new Error(`bpftrace: ${failed.text.trim()}`, { cause: error });
      });
      const startMs = performance.now();
      return {
        pids: () => processTree(child.pid!),
        async stop() {
          const seconds = (performance.now() - startMs) / 1000;
          await endChild(child, 'SIGINT', STOP_MS);
          const counts = [...said.text.matchAll(/^.*\]: (\d+)$/gm)].map((match) => Number(match[1]));
          return { samples: counts.reduce((sum, count) => sum + count, 0), seconds };
        },
      };
    },
  };
}

/** perf says nothing when it is ready; one that cannot work ends at once. */
async function stillRunning(child: Child, said: { text: string }): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 500));
  if (child.exitCode !== null) throw new Error(`perf: ${said.text.trim()}`);
}
