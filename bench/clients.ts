// `npm run bench -- clients`: two hundred clients while the host is sampled. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explorer, livePage } from './clients/behaviour.ts';
import type { Answered } from './clients/client.ts';
import { runClient } from './clients/client.ts';
import type { ClientsOptions } from './clients/options.ts';
import { HELP, parseClientsOptions } from './clients/options.ts';
import type { ClientsResult } from './clients/report.ts';
import { section } from './clients/report.ts';
import { accountBetween, accountOf, MemoryWatch } from './clients/watch.ts';
import { publish, runBench, say } from './lib/bench-command.ts';
import { BusyLoad, compileBusyLoad } from './lib/busy-load.ts';
import { Daemon, ROOT } from './lib/daemon.ts';
import { onlineCpus } from './lib/machine.ts';
import { residentOf } from './lib/process-usage.ts';
import { runFacts } from './lib/run-facts.ts';

/** What the daemon asks of its own start is done, and there are samples to look at. */
const WARM_MS = 20_000;
/** The last samples are stored, the last answers sent. */
const REST_MS = 8000;

type Measured = Omit<ClientsResult, 'loadBefore'>;

async function measure(options: ClientsOptions, daemon: Daemon): Promise<Measured> {
  const memoryBefore = daemon.pids().reduce((sum, pid) => sum + residentOf(pid).rssBytes, 0);
  const before = await daemon.status();
  const watch = new MemoryWatch(daemon);
  const answers: Answered[] = [];
  const beganMs = performance.now();
  const untilMs = beganMs + options.minutes * 60_000;
  const note = (answered: Answered) => answers.push(answered);
  const run = (_: unknown, i: number) =>
    runClient({ url: daemon.url, steps: i % 10 === 9 ? explorer(i) : livePage(i), untilMs, note });
  await Promise.all(Array.from({ length: options.clients }, run));
  const seconds = (performance.now() - beganMs) / 1000;
  say(`${answers.length} requests in ${seconds.toFixed(0)} s`);
  const busiest = await daemon.status();
  await sleep(REST_MS);
  const after = await daemon.status();
  return {
    ...{ answers, seconds, memory: { before: memoryBefore, peak: watch.stop() } },
    account: accountBetween(accountOf(before), accountOf(after)),
    rateHz: Math.min(busiest.rate?.inForceHz ?? options.rateHz, after.rate?.inForceHz ?? options.rateHz),
  };
}

async function run(options: ClientsOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const [loadBefore = 0] = loadavg();
  const load = new BusyLoad(compileBusyLoad(folder), onlineCpus().slice(0, 1));
  const daemon = await Daemon.start(join(folder, 'data'), options.rateHz);
  let result: Measured;
  try {
    await sleep(WARM_MS);
    say(`${options.clients} clients for ${options.minutes} minutes`);
    result = await measure(options, daemon);
  } finally {
    await daemon.stop();
    await load.stop();
  }
  const text = section(runFacts('clients', args), options, { ...result, loadBefore });
  const { report, write } = options;
  publish({ root: ROOT, report, name: 'clients', text, write, trial: 'a small run' });
}

await runBench({
  help: HELP,
  parse: parseClientsOptions,
  needsRoot: () => 'sampling needs root. Run: sudo npm run bench -- clients',
  run,
});
