// One program, with two perfs beside it (and our daemon, which runs all the time).
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CodeFiles } from '../lib/code-file.ts';
import { bounded, perfRecordCommand, runRecording } from '../lib/perf-record.ts';
import { perfScript } from '../lib/perf-script.ts';
import type { WindowOf } from '../lib/stored-walks.ts';
import type { Workload } from '../lib/workloads.ts';
import type { StacksOptions } from './options.ts';
import type { PerfProfile } from './profile.ts';
import { perfProfile } from './profile.ts';

/** What perf copies of the stack in this comparison: what its users copy who want whole stacks. */
export const PERF_STACK_BYTES = 16_384;
/** perf's samples for each of ours. */
export const PERF_RATE = 5;

export interface Measured {
  workload: Workload;
  window: WindowOf;
  dwarf: PerfProfile;
  fp: PerfProfile;
}

export async function measureStacks(
  workload: Workload,
  { seconds, rateHz }: StacksOptions,
  folder: string,
): Promise<Measured> {
  const own = join(folder, workload.name);
  mkdirSync(own);
  const [dwarfFile, fpFile] = [join(own, 'dwarf.data'), join(own, 'fp.data')];
  const program = bounded(seconds, workload.prepare(own, seconds));
  // The outer one also sees the inner one, whose samples are left out below.
  const perfHz = Math.round(rateHz * PERF_RATE);
  const inner = perfRecordCommand(dwarfFile, `dwarf,${PERF_STACK_BYTES}`, perfHz, program);
  const fromMs = Date.now();
  await runRecording(perfRecordCommand(fpFile, 'fp', perfHz, inner), own);
  const untilMs = Date.now();
  const files = new CodeFiles();
  try {
    const dwarf = await perfProfile(perfScript(dwarfFile), files, false);
    const fp = await perfProfile(onlyOf(dwarf.pids, perfScript(fpFile)), files, true);
    const window = { pids: [...dwarf.pids], fromMs, untilMs };
    return { workload, window, dwarf, fp };
  } finally {
    files.close();
    rmSync(own, { recursive: true });
  }
}

async function* onlyOf<T extends { pid: number }>(pids: ReadonlySet<number>, stacks: AsyncIterable<T>) {
  for await (const stack of stacks) if (pids.has(stack.pid)) yield stack;
}
