// `npm run bench -- walk-cost`: what a walk costs beside the kernel's own, and the daemon's memory at its start.
// Writes its section of docs/benchmarks.md.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { ROOT } from './lib/daemon.ts';
import { hostShares, hostTime } from './lib/machine.ts';
import { runFacts } from './lib/run-facts.ts';
import { compare } from './walk-cost/cost.ts';
import { LOADS } from './walk-cost/loads.ts';
import type { MeasuredLoad } from './walk-cost/measure.ts';
import { measureLoad } from './walk-cost/measure.ts';
import type { WalkCostOptions } from './walk-cost/options.ts';
import { HELP, parseWalkCostOptions, START } from './walk-cost/options.ts';
import { section } from './walk-cost/report.ts';
import { Samplers } from './walk-cost/samplers.ts';
import { measureStart } from './walk-cost/start.ts';

/** Tables of what runs all the time are compiled. */
const WARM_MS = 5000;

async function measureLoads({ only, seconds }: WalkCostOptions, folder: string): Promise<MeasuredLoad[]> {
  const loads = LOADS.filter(({ name }) => only.includes(name));
  for (const { name, missing } of loads) {
    if (missing.length > 0) throw new Error(`${name} needs ${missing.join(', ')} (--only leaves it out)`);
  }
  if (loads.length === 0) return [];
  const samplers = await Samplers.start(folder);
  try {
    await sleep(WARM_MS);
    const measured: MeasuredLoad[] = [];
    for (const load of loads) {
      const row = await measureLoad(load, seconds, samplers, folder);
      measured.push(row);
      const user = compare(row, true);
      if (user) say(`${load.what}: ${user.ours.mean.toFixed(1)} µs, helper ${user.peer.mean.toFixed(1)} µs`);
    }
    return measured;
  } finally {
    await samplers.stop();
  }
}

async function run(options: WalkCostOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const before = hostTime();
  const loads = await measureLoads(options, folder);
  const { steal } = hostShares(before, hostTime());
  const startFolder = join(folder, 'start');
  mkdirSync(startFolder);
  if (options.only.includes(START)) say('300 processes, and the daemon started beside them');
  const start = options.only.includes(START) ? await measureStart(startFolder) : null;
  const facts = {
    ...runFacts('walk-cost', args),
    steal,
  };
  const text = section(facts, options, { loads, start });
  const { report, write } = options;
  publish({ root: ROOT, report, name: 'walk-cost', text, write, trial: 'a partial or short run' });
}

await runBench({
  help: HELP,
  parse: parseWalkCostOptions,
  needsRoot: () => 'sampling needs root. Run: sudo npm run bench -- walk-cost',
  run,
});
