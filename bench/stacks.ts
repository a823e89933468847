// `npm run bench -- stacks`: live stacks that reach their root, beside perf's. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { Daemon, ROOT } from './lib/daemon.ts';
import { runFacts } from './lib/run-facts.ts';
import { storedWindows } from './lib/stored-walks.ts';
import { missingOf, WORKLOADS } from './lib/workloads.ts';
import type { Measured } from './stacks/measure.ts';
import { measureStacks } from './stacks/measure.ts';
import type { StacksOptions } from './stacks/options.ts';
import { HELP, parseStacksOptions } from './stacks/options.ts';
import type { StacksFacts, StacksRow } from './stacks/report.ts';
import { section } from './stacks/report.ts';

/** The daemon has read /proc, and the tables of what runs all the time are compiled. */
const WARM_MS = 10_000;

async function measureAll(options: StacksOptions, folder: string): Promise<Measured[]> {
  const rows: Measured[] = [];
  for (const workload of WORKLOADS.filter(({ name }) => options.only.includes(name))) {
    const absent = missingOf(workload);
    if (absent.length > 0)
      throw new Error(`${workload.name} needs ${absent.join(', ')} (--only leaves it out)`);
    const row = await measureStacks(workload, options, folder);
    rows.push(row);
    say(
      `${workload.name}: perf, DWARF: ${row.dwarf.samples} samples, ${(row.dwarf.whole * 100).toFixed(1)} % whole`,
    );
  }
  return rows;
}

async function run(options: StacksOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  const daemon = await Daemon.start(dataDir, options.rateHz);
  let measured: Measured[];
  let rateHz: number;
  try {
    await sleep(WARM_MS);
    measured = await measureAll(options, folder);
    rateHz = (await daemon.status()).rate?.inForceHz ?? 0;
  } finally {
    await daemon.stop();
  }
  const stored = await storedWindows(
    dataDir,
    measured.map(({ window }) => window),
  );
  const rows: StacksRow[] = measured.map((row, i) => ({ ...row, ours: stored[i]! }));
  const facts: StacksFacts = {
    ...runFacts('stacks', args),
    rateHz,
  };
  const { report, write } = options;
  const text = section(facts, options, rows);
  publish({ root: ROOT, report, name: 'stacks', text, write, trial: 'a partial or short run' });
}

await runBench({
  help: HELP,
  parse: parseStacksOptions,
  needsRoot: () => 'sampling needs root. Run: sudo npm run bench -- stacks',
  run,
});
