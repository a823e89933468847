// The peer: the flame graph page of `go tool pprof -http`, on the same window's pprof download, in the same browser.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { endChild, startChild } from '../lib/child.ts';
import { goProgram, pprofProgram } from '../lib/go-program.ts';
import { framesToClick, withPage } from './browser.ts';
import { Stopwatch } from './stopwatch.ts';

/** ms, one per repetition. */
export interface PeerTimes {
  version: string;
  firstFlameGraph: number[];
  zoom: number[];
  search: number[];
  frames: number;
}

/** It marks boxes under the pointer too, so changed attributes count only where the pointer is elsewhere. */
const DRAWN = { area: '#stack-chart', ready: '#stack-chart .boxbg', attributes: false };
const HIGHLIGHTED = { ...DRAWN, attributes: true };
const FRAMES = '#stack-chart .boxbg';
const START_MS = 120_000;

/** Undefined where this machine has no Go. */
export async function measurePprof(
  browser: Browser,
  profile: Uint8Array,
  folder: string,
  terms: readonly string[],
  repetitions: number,
): Promise<PeerTimes | undefined> {
  const go = goProgram();
  if (go === undefined) return undefined;
  const file = join(folder, 'window.pb.gz');
  writeFileSync(file, profile);
  const port = await freePort();
  const pprof = pprofProgram(go);
  const args = [`-http=127.0.0.1:${port}`, '-no_browser', file];
  const child = startChild(pprof, args, { endSignal: 'SIGKILL', env: { PPROF_TMPDIR: folder } });
  child.stdout.resume();
  child.stderr.resume();
  try {
    const url = `http://127.0.0.1:${port}/ui/flamegraph`;
    await answers(url);
    const version = execFileSync(go, ['env', 'GOVERSION'], { encoding: 'utf8' }).trim();
    return { version, ...(await measure(browser, url, terms, repetitions)) };
  } finally {
    await endChild(child, 'SIGKILL', 5000);
  }
}

async function measure(browser: Browser, url: string, terms: readonly string[], repetitions: number) {
  const firstFlameGraph: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    firstFlameGraph.push(
      await withPage(browser, async (page) => (await Stopwatch.on(page, DRAWN)).load(url)),
    );
  }
  const search = await withPage(browser, (page) => searches(page, url, terms, repetitions));
  return { firstFlameGraph, search, ...(await withPage(browser, (page) => zooms(page, url, repetitions))) };
}

/** A click on a box shows the stacks through its function. */
async function zooms(page: Page, url: string, repetitions: number) {
  const watch = await Stopwatch.on(page, DRAWN);
  await watch.load(url);
  const frames = await page.locator(FRAMES).count();
  const zoom: number[] = [];
  for (const { x, y } of await framesToClick(page, FRAMES, repetitions)) {
    zoom.push(await watch.after('click', () => page.mouse.click(x, y)));
    // Its way back is the browser's.
    await watch.after('popstate', () => page.evaluate(() => history.back()));
  }
  return { zoom, frames };
}

async function searches(page: Page, url: string, terms: readonly string[], repetitions: number) {
  const watch = await Stopwatch.on(page, HIGHLIGHTED);
  await watch.load(url);
  const field = page.locator('#search');
  // What is in no box that is drawn changes nothing that could be waited for.
  const drawn = (await page.locator(`${FRAMES} .boxtext`).allInnerTexts()).join('\n');
  const found = terms.filter((term) => drawn.includes(term));
  if (found.length === 0) throw new Error('pprof draws no function that is searched for');
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    times.push(await watch.after('input', () => field.fill(found[i % found.length]!)));
    await watch.after('input', () => field.fill(''));
  }
  return times;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(url: string): Promise<void> {
  for (const end = performance.now() + START_MS; performance.now() < end; await sleep(200)) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok === true) return;
  }
  throw new Error('go tool pprof did not get ready');
}
