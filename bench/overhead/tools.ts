// CPU time and memory of perf's and bpftrace's own processes under the load that ours are measured under.
import { setTimeout as sleep } from 'node:timers/promises';
import { BusyLoad } from '../lib/busy-load.ts';
import { cpuBetween, readUsage } from '../lib/process-usage.ts';
import type { ProfilerName } from '../lib/profilers.ts';
import { profiler } from '../lib/profilers.ts';
import type { OverheadOptions } from './options.ts';

export interface ToolCost {
  name: ProfilerName;
  command: string;
  cpuSecondsPerMinute: number;
  rssBytes: number;
}

export async function measureTools(
  options: OverheadOptions,
  program: string,
  cpus: readonly number[],
  folder: string,
  say: (line: string) => void,
): Promise<ToolCost[]> {
  const costs: ToolCost[] = [];
  const load = new BusyLoad(program, cpus);
  try {
    for (const name of options.profilers.filter((other) => other !== 'pilotlight')) {
      say(`CPU time of ${name}`);
      costs.push(await measureTool(name, options, folder));
    }
  } finally {
    await load.stop();
  }
  return costs;
}

async function measureTool(name: ProfilerName, options: OverheadOptions, folder: string): Promise<ToolCost> {
  const tool = profiler(name, options.rateHz, folder);
  const session = await tool.start();
  try {
    await sleep(options.warmSeconds * 1000);
    const pids = session.pids();
    const before = pids.map(readUsage);
    const beginMs = performance.now();
    await sleep(options.steadyMinutes * 6000); // a tenth of ours
    const after = pids.map(readUsage);
    const minutes = (performance.now() - beginMs) / 60_000;
    const cpuSeconds = cpuBetween(before, after).reduce((sum, seconds) => sum + seconds, 0);
    return {
      name,
      command: tool.command,
      cpuSecondsPerMinute: cpuSeconds / minutes,
      rssBytes: after.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    };
  } finally {
    await session.stop();
  }
}
