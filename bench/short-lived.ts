// `npm run bench -- short-lived`: whole, named stacks of a build's processes. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { Daemon, ROOT } from './lib/daemon.ts';
import { runFacts } from './lib/run-facts.ts';
import { build, writeSources } from './short-lived/build.ts';
import type { ShortLivedOptions } from './short-lived/options.ts';
import { HELP, parseShortLivedOptions } from './short-lived/options.ts';
import type { BuildResult } from './short-lived/report.ts';
import { section } from './short-lived/report.ts';
import type { BuildWindow } from './short-lived/stored.ts';
import { storedBuilds } from './short-lived/stored.ts';

/** The daemon has read /proc, and what it asks of its own start is done. */
const WARM_MS = 10_000;
/** Samples of a build's last processes have been attributed. */
const REST_MS = 6000;

interface TimedBuild extends BuildWindow {
  what: string;
  seconds: number;
}

async function timed(what: string, folder: string): Promise<TimedBuild> {
  const fromMs = Date.now();
  const seconds = await build(folder);
  const untilMs = Date.now();
  await sleep(REST_MS);
  say(`${what}: ${seconds.toFixed(1)} s`);
  return { what, fromMs, untilMs, seconds };
}

/** Under one daemon after the other, on the same data directory. */
async function buildAll(options: ShortLivedOptions, sources: string, dataDir: string): Promise<TimedBuild[]> {
  const under = async (names: readonly string[]): Promise<TimedBuild[]> => {
    const daemon = await Daemon.start(dataDir, options.rateHz);
    const builds: TimedBuild[] = [];
    try {
      await sleep(WARM_MS);
      for (const name of names) builds.push(await timed(name, sources));
    } finally {
      await daemon.stop();
    }
    return builds;
  };
  const first = await under(['first build', 'second build']);
  return [...first, ...(await under(['first build after a restart']))];
}

async function run(options: ShortLivedOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [sources, dataDir] = [join(folder, 'sources'), join(folder, 'data')];
  writeSources(sources, options.files);
  const builds = await buildAll(options, sources, dataDir);
  const stored = await storedBuilds(dataDir, builds);
  const results: BuildResult[] = builds.map(({ what, seconds }, i) => ({ what, seconds, ...stored[i]! }));
  const facts = runFacts('short-lived', args);
  const { report, write } = options;
  const text = section(facts, options, results);
  publish({ root: ROOT, report, name: 'short-lived', text, write, trial: 'a small build' });
}

await runBench({
  help: HELP,
  parse: parseShortLivedOptions,
  needsRoot: () => 'sampling needs root. Run: sudo npm run bench -- short-lived',
  run,
});
