// `npm run bench -- exactness`: our walks of recorded stacks against libdw's. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tools } from './exactness/measure.ts';
import { measureWorkload } from './exactness/measure.ts';
import type { ExactnessOptions } from './exactness/options.ts';
import { HELP, parseExactnessOptions } from './exactness/options.ts';
import { compileReference, referenceVersion } from './exactness/reference.ts';
import { Replayer } from './exactness/replay.ts';
import type { ExactnessResult, ExactnessFacts } from './exactness/report.ts';
import { section } from './exactness/report.ts';
import type { Tally } from './exactness/tally.ts';
import { exactShare } from './exactness/tally.ts';
import { publish, runBench, say } from './lib/bench-command.ts';
import { ROOT } from './lib/daemon.ts';
import { runFacts } from './lib/run-facts.ts';
import { missingOf, WORKLOADS } from './lib/workloads.ts';

async function measureAll(options: ExactnessOptions, tools: Tools): Promise<ExactnessResult> {
  const tallies: Tally[] = [];
  const missing = new Map<string, readonly string[]>();
  for (const workload of WORKLOADS) {
    if (!options.only.includes(workload.name)) continue;
    const absent = missingOf(workload);
    if (absent.length > 0) {
      missing.set(workload.name, absent);
      continue;
    }
    const tally = await measureWorkload(workload, options, tools);
    tallies.push(tally);
    say(`${workload.name}: ${tally.pairs} stacks, ${(exactShare([tally]) * 100).toFixed(2)} % exact`);
  }
  const { leftOut, replayer } = tools;
  return { workloads: WORKLOADS, tallies, leftOut, missing, withoutTable: replayer.failures };
}

async function run(options: ExactnessOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const leftOut = { withoutStack: 0, outsideOfMappings: 0 };
  const tools = { folder, program: compileReference(folder), replayer: new Replayer(), leftOut };
  const result = await measureAll(options, tools);
  const facts: ExactnessFacts = {
    ...runFacts('exactness', args),
    reference: `libdw of elfutils ${referenceVersion(tools.program)}`,
  };
  const { report, write } = options;
  publish({
    root: ROOT,
    report,
    name: 'exactness',
    text: section(facts, result),
    write,
    trial: 'a partial run',
  });
}

await runBench({
  help: HELP,
  parse: parseExactnessOptions,
  needsRoot: () => 'recording needs root. Run: sudo npm run bench -- exactness',
  run,
});
