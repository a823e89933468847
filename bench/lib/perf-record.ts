// `perf record` over one workload that runs for a while.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { collect, exited, startChild } from './child.ts';
import { PerfData } from './perf-data.ts';

/** What a sample takes of the stack at most: with the rest of the record it must stay below 64 KiB. */
export const LARGEST_STACK_COPY = 65_528;
/** exit code of timeout(1) when the time was over. */
const TIMED_OUT = 124;

export interface Recording {
  folder: string;
  seconds: number;
  rateHz: number;
  /** Of the stack, bytes per sample. */
  stackBytes: number;
}

/** Runs the command for so long, and everything that it starts; the file is read into memory and deleted. */
export async function perfRecord(
  command: readonly string[],
  { folder, seconds, rateHz, stackBytes }: Recording,
): Promise<PerfData> {
  const file = join(folder, 'perf.data');
  // No build ids (-B -N): writing them would read every file that has samples. 16 MiB of buffer: none is lost.
  const how = ['-B', '-N', '-m', '16M', '-e', 'cpu-clock', '-F', String(rateHz)];
  const graph = ['--call-graph', `dwarf,${stackBytes}`];
  // timeout(1) ends what the command started, too.
  const args = ['record', ...how, ...graph, '-o', file, '--', 'timeout', String(seconds), ...command];
  const perf = startChild('perf', args, { endSignal: 'SIGTERM', cwd: folder });
  const said = collect(perf.stderr);
  perf.stdout.resume();
  perf.stdin.end();
  const { code } = await exited(perf).catch((error: unknown) => {
    throw new Error('perf could not be started. Run: apt-get install linux-perf', { cause: error });
  });
  try {
    if (code !== TIMED_OUT) throw new Error(`perf or its program ended early: ${lastLines(said.text)}`);
    return PerfData.open(file);
  } finally {
    rmSync(file, { force: true });
  }
}

function lastLines(text: string): string {
  return text.trim().split('\n').slice(-3).join('; ');
}
