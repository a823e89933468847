// `npm run bench -- overhead`: what sampling costs, beside perf and bpftrace. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compileBusyLoad } from './lib/busy-load.ts';
import { ROOT } from './lib/daemon.ts';
import { describeCommit, describeMachine, hostShares, hostTime, onlineCpus } from './lib/machine.ts';
import { writeSection } from './lib/report.ts';
import type { OverheadOptions } from './overhead/options.ts';
import { HELP, parseOverheadOptions, UsageError } from './overhead/options.ts';
import type { OverheadResult, RunFacts } from './overhead/report.ts';
import { section } from './overhead/report.ts';
import { measureSteady } from './overhead/steady.ts';
import { measureThroughput } from './overhead/throughput.ts';
import { measureTools } from './overhead/tools.ts';

/** The aims speak of two busy CPUs, on hosts of any size. */
const BUSY_CPUS = 2;
const QUIET_LOOK_MS = 3000;

const beginMs = performance.now();

function say(line: string): void {
  const seconds = (performance.now() - beginMs) / 1000;
  console.error(`${seconds.toFixed(0).padStart(5)} s  ${line}`);
}

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
  const facts: RunFacts = {
    date: new Date().toISOString().slice(0, 10),
    commit: describeCommit(ROOT),
    machine: describeMachine(),
    command: ['npm run bench -- overhead', ...args].join(' '),
    busyBefore: hostShares(before, hostTime()).busy,
  };
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const text = section(facts, options, await measureAll(options, folder));
  console.log(`\n${text}\n`);
  if (!options.write) {
    console.log(`Not written to ${options.report}: a partial or short run (--write writes it).`);
    return;
  }
  writeSection(resolve(ROOT, options.report), 'overhead', text);
  console.log(`Written to ${options.report}.`);
}

try {
  const args = process.argv.slice(2);
  const options = parseOverheadOptions(args);
  if (options === 'help') {
    console.log(HELP);
  } else if (process.getuid?.() !== 0) {
    console.error('pilotlight: sampling needs root. Run: sudo npm run bench -- overhead');
    process.exitCode = 1;
  } else {
    await run(options, args);
  }
} catch (error) {
  const usage = error instanceof UsageError;
  console.error(
    `pilotlight: ${error instanceof Error ? error.message : String(error)}${usage ? ' (--help)' : ''}`,
  );
  process.exitCode = usage ? 2 : 1;
}
