// `perf record` over one workload that runs for a while.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { collect, exited, startChild } from './child.ts';
import { PerfData } from './perf-data.ts';

/** What a sample takes of the stack at most: with the rest of the record it must stay below 64 KiB. */
export const LARGEST_STACK_COPY = 65_528;
/** Exit code of timeout(1) when the time was over. */
const TIMED_OUT = 124;

export interface Recording {
  folder: string;
  seconds: number;
  rateHz: number;
  /** Of the stack, bytes per sample. */
  stackBytes: number;
}

/** `perf record` of a command and what it starts. `graph`: as `--call-graph` takes it. */
export function perfRecordCommand(
  file: string,
  graph: string,
  rateHz: number,
  command: readonly string[],
): string[] {
  // No build ids behind the data (-B -N): writing them would read every file that has samples. In the records
  // instead: without that, perf takes other fields for a build id where another profiler asks the kernel for them
  // (Linux 6.18 does not reset PERF_RECORD_MISC_MMAP_BUILD_ID from one event to the next), and crashes.
  const how = ['-B', '-N', '--buildid-mmap', '-m', '16M', '-e', 'cpu-clock', '-F', String(rateHz)];
  return ['perf', 'record', ...how, '--call-graph', graph, '-o', file, '--', ...command];
}

/** The command for so long, and with it all that it starts. */
export function bounded(seconds: number, command: readonly string[]): string[] {
  return ['timeout', String(seconds), ...command];
}

/** Waits until a command made of the two functions above is over. */
export async function runRecording([perf = '', ...args]: readonly string[], folder: string): Promise<void> {
  const child = startChild(perf, args, { endSignal: 'SIGTERM', cwd: folder });
  const said = collect(child.stderr);
  child.stdout.resume();
  child.stdin.end();
  const { code } = await exited(child).catch((error: unknown) => {
    throw new Error('perf could not be started. Run: apt-get install linux-perf', { cause: error });
  });
  if (code !== TIMED_OUT) throw new Error(`perf or its program ended early: ${lastLines(said.text)}`);
}

/** Runs the command for so long; the file is read into memory and deleted. */
export async function perfRecord(command: readonly string[], recording: Recording): Promise<PerfData> {
  const { folder, seconds, rateHz, stackBytes } = recording;
  const file = join(folder, 'perf.data');
  try {
    const whole = perfRecordCommand(file, `dwarf,${stackBytes}`, rateHz, bounded(seconds, command));
    await runRecording(whole, folder);
    return PerfData.open(file);
  } finally {
    rmSync(file, { force: true });
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join('; ');
}
