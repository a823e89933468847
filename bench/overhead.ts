// `npm run bench -- overhead`: what sampling costs, beside perf and bpftrace. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { compileBusyLoad } from './lib/busy-load.ts';
import { ROOT } from './lib/daemon.ts';
import { hostShares, hostTime, onlineCpus } from './lib/machine.ts';
import { runFacts } from './lib/run-facts.ts';
import type { OverheadOptions } from './overhead/options.ts';
import { HELP, parseOverheadOptions } from './overhead/options.ts';
import type { OverheadResult, OverheadFacts } from './overhead/report.ts';
import { section } from './overhead/report.ts';
import { measureSteady } from './overhead/steady.ts';
import { measureThroughput } from './overhead/throughput.ts';
import { measureTools } from './overhead/tools.ts';

/** The aims speak of two busy CPUs, on hosts of any size. */
const BUSY_CPUS = 2;
const QUIET_LOOK_MS = 3000;

async function measureAll(options: OverheadOptions, folder: string): Promise<OverheadResult> {
  const program = compileBusyLoad(folder);
  const cpus = onlineCpus().slice(0, BUSY_CPUS);
  const result: OverheadResult = {};
  if (options.parts.includes('throughput')) {
    result.throughput = await measureThroughput(options, program, folder, say);
  }
  if (options.parts.includes('tools')) {
    result.tools = await measureTools(options, program, cpus, folder, say);
  }
  if (options.parts.includes('steady') && options.profilers.includes('pilotlight')) {
    result.steady = await measureSteady(options, program, cpus, folder, say);
  }
  return result;
}

async function run(options: OverheadOptions, args: readonly string[]): Promise<void> {
  const before = hostTime();
  await sleep(QUIET_LOOK_MS);
  const facts: OverheadFacts = {
    ...runFacts('overhead', args),
    busyBefore: hostShares(before, hostTime()).busy,
  };
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const text = section(facts, options, await measureAll(options, folder));
  const { report, write } = options;
  publish({ root: ROOT, report, name: 'overhead', text, write, trial: 'a partial or short run' });
}

await runBench({
  help: HELP,
  parse: parseOverheadOptions,
  needsRoot: () => 'sampling needs root. Run: sudo npm run bench -- overhead',
  run,
});
