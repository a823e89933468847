// `npm run bench -- big-host`: 128 CPUs and 5,000 short processes, generated. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BigHostBenchOptions } from './big-host/options.ts';
import { HELP, parseBigHostOptions } from './big-host/options.ts';
import { section } from './big-host/report.ts';
import type { Look } from './big-host/run.ts';
import { runBigHost } from './big-host/run.ts';
import { publish, runBench, say } from './lib/bench-command.ts';
import { ROOT } from './lib/daemon.ts';
import { runFacts } from './lib/run-facts.ts';

/** Mean life of a process, s. */
const LIFE_SECONDS = 20;
const PROGRAMS = 50;
const TELL_SECONDS = 30;

function teller(): (look: Look) => void {
  let nextSeconds = TELL_SECONDS;
  return ({ atSeconds, cpuSeconds, rssBytes, heldSamples }) => {
    if (atSeconds < nextSeconds) return;
    nextSeconds += TELL_SECONDS;
    const cores = (cpuSeconds / atSeconds).toFixed(2);
    say(`${cores} cores since the start, ${(rssBytes / 1e6).toFixed(0)} MB, ${heldSamples} samples waiting`);
  };
}

async function run(options: BigHostBenchOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const facts = runFacts('big-host', args);
  const { minutes, cpus, processes, report, write } = options;
  const host = { cpus, processes, lifeSeconds: LIFE_SECONDS, programs: PROGRAMS };
  const result = await runBigHost(
    { ...host, seconds: minutes * 60, dataDir: join(folder, 'data') },
    teller(),
  );
  const text = section(facts, options, result);
  publish({ root: ROOT, report, name: 'big-host', text, write, trial: 'a short or small run' });
}

await runBench({ help: HELP, parse: parseBigHostOptions, needsRoot: () => null, run });
