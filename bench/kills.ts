// `npm run bench -- kills`: sampler and service killed again and again under load. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { BusyLoad, compileBusyLoad } from './lib/busy-load.ts';
import { Daemon, ROOT } from './lib/daemon.ts';
import { onlineCpus } from './lib/machine.ts';
import { runFacts } from './lib/run-facts.ts';
import type { Kill } from './kills/kill.ts';
import { kill } from './kills/kill.ts';
import type { KillsOptions } from './kills/options.ts';
import { HELP, parseKillsOptions } from './kills/options.ts';
import { section } from './kills/report.ts';

/** A restarted service must find its port again: not 0. */
const LISTEN = '127.0.0.1:14733';
/** The load is walked by unwind tables that are loaded by then. */
const WARM_UP_MS = 8000;

async function killAll({ kills, victims, rateHz }: KillsOptions, daemon: Daemon): Promise<Kill[]> {
  const done: Kill[] = [];
  for (let i = 0; i < kills; i++) {
    for (const victim of victims) {
      const one = await kill(daemon, victim, rateHz * onlineCpus().length);
      done.push(one);
      say(
        `${victim} ${i + 1}: back ${one.backMs.toFixed(0)} ms, first sample ${one.resumedMs} ms, lost ${one.lost}`,
      );
      if (one.open !== null) say(`the account is open: ${one.open}`);
    }
  }
  return done;
}

async function run(options: KillsOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const load = new BusyLoad(compileBusyLoad(folder), onlineCpus());
  const daemon = await Daemon.start(join(folder, 'data'), options.rateHz, LISTEN);
  let kills: Kill[];
  try {
    await sleep(WARM_UP_MS);
    kills = await killAll(options, daemon);
  } finally {
    await daemon.stop();
    await load.stop();
  }
  const text = section(runFacts('kills', args), options, kills);
  const { report, write } = options;
  publish({ root: ROOT, report, name: 'kills', text, write, trial: 'fewer kills than the section is for' });
}

await runBench({
  help: HELP,
  parse: parseKillsOptions,
  needsRoot: () => 'sampling needs root. Run: sudo npm run bench -- kills',
  run,
});
