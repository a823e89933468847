// `npm run bench -- page`: how fast the page answers on a real recording. Writes its section of docs/benchmarks.md.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { Daemon, ROOT } from './lib/daemon.ts';
import { hostShares, hostTime } from './lib/machine.ts';
import { runFacts } from './lib/run-facts.ts';
import { openBrowser } from './page/browser.ts';
import type { PageOptions } from './page/options.ts';
import { HELP, parsePageOptions } from './page/options.ts';
import { measureOurs } from './page/ours.ts';
import { measurePprof } from './page/pprof-peer.ts';
import type { Recording } from './page/recording.ts';
import { describeRecording, record } from './page/recording.ts';
import type { PageResult, PageFacts } from './page/report.ts';
import { section } from './page/report.ts';
import { pageSize } from './page/script-size.ts';
import { searchTerms } from './page/search-terms.ts';

const QUIET_LOOK_MS = 3000;
/** The recording's load dies down. */
const REST_MS = 5000;

async function download(origin: string, { fromMs, untilMs }: Recording): Promise<Uint8Array> {
  const answer = await fetch(`${origin}/api/v1/profile?from=${fromMs}&until=${untilMs}`);
  if (!answer.ok) throw new Error(`/api/v1/profile answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function measure(options: PageOptions, dataDir: string, folder: string) {
  const daemon = await Daemon.serveStored(dataDir);
  const browser = await openBrowser();
  try {
    const recording = await describeRecording(daemon, dataDir);
    const terms = await searchTerms(daemon.url, recording);
    say(`measuring on ${recording.stacks} distinct stacks`);
    const ours = await measureOurs(browser, daemon.url, recording, terms, options.repetitions);
    say('measuring go tool pprof');
    const profile = await download(daemon.url, recording);
    const peer = await measurePprof(browser, profile, folder, terms, options.repetitions);
    const result: PageResult = { recording, ours, peer, size: pageSize(join(ROOT, 'dist/web')) };
    return { result, browser: `Chromium ${browser.version()}` };
  } finally {
    await browser.close();
    await daemon.stop();
  }
}

/** What others use while we wait. */
async function busyShare(): Promise<number> {
  const before = hostTime();
  await sleep(QUIET_LOOK_MS);
  return hostShares(before, hostTime()).busy;
}

async function run(options: PageOptions, args: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-bench-'));
  // Also when it ends early; by then everything that writes there has ended (bench/lib/child.ts).
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const dataDir = options.dataDir ?? (await record(options, folder, say));
  await sleep(REST_MS);
  const busyBefore = await busyShare();
  const before = hostTime();
  const { result, browser } = await measure(options, dataDir, folder);
  const { steal } = hostShares(before, hostTime());
  await sleep(REST_MS);
  const facts: PageFacts = {
    ...runFacts('page', args),
    browser,
    busyAround: Math.max(busyBefore, await busyShare()),
    steal,
  };
  const text = section(facts, result);
  const { report, write } = options;
  publish({ root: ROOT, report, name: 'page', text, write, trial: 'a short run' });
}

await runBench({
  help: HELP,
  parse: parsePageOptions,
  needsRoot: ({ dataDir }) =>
    dataDir === undefined
      ? 'recording needs root. Run: sudo npm run bench -- page (or give --data-dir)'
      : null,
  run,
});
