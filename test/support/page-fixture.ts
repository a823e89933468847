// The page in a real browser, for the tests of test/web/: built once per file, on a server with known answers.
// A complaint of the browser (an error, a violation of the content security policy, a request to elsewhere)
// fails the test that caused it.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import type { RunningServer } from '../../src/server/serve.ts';
import { serve } from '../../src/server/serve.ts';
import type { StatusBody } from '../../src/server/status.ts';
import { HEALTHY_STATUS, fakeApp, fakeService } from './fake-service.ts';
import { fakeStore } from './fake-store.ts';
import { RECORDED_WINDOWS, recordedData } from './recorded-data.ts';
import { WORKLOAD } from './workload.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHOTS = join(ROOT, 'test-results');

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts what is looked at, given the folder of the built page. */
export type Serve = (webRoot: string) => Promise<RunningServer>;

const COVERAGE: NonNullable<StatusBody['coverage']> = {
  ...{ fromMs: 0, untilMs: 1, samples: 1000, namedSamples: 960, namedShare: 0.96 },
  unresolved: [{ buildId: 'abcdef', path: '/opt/agent', samples: 25 }],
  shares: { line: 0.55, function: 0.41, object: 0.025, nothing: 0.015 },
  gain: [
    {
      ...{ buildId: '9c1a', path: '/usr/lib/x86_64-linux-gnu/libc.so.6', samples: 290, has: 'function' },
      advice: 'sudo apt-get install libc6-dbg',
    },
    {
      ...{ buildId: '77aa', path: '[kernel.kallsyms]', samples: 120, has: 'function' },
      advice: '',
    },
    {
      ...{ buildId: 'abcdef', path: '/opt/agent', samples: 25, has: 'object' },
      advice: 'put its debug file at /usr/lib/debug/.build-id/ab/cdef.debug',
    },
  ],
};

/** The text workload, half a minute ago, with a service in good health. */
export async function serveWorkload(webRoot: string): Promise<RunningServer> {
  const status = () => Promise.resolve({ ...HEALTHY_STATUS, coverage: COVERAGE });
  const store = fakeStore({ text: WORKLOAD, timeMs: Date.now() - 30_000 });
  return serve(fakeApp({ store, webRoot, service: fakeService({ status }) }), { host: '127.0.0.1', port: 0 });
}

/** The recorded data: two windows of ten minutes whose every sample is known. */
export async function serveRecorded(webRoot: string): Promise<RunningServer> {
  const data = await recordedData();
  const server = await data.serve(webRoot);
  return { ...server, close: () => data.close() };
}

/** The query string of a window of the recorded data. */
export const recordedWindow = (which: 'before' | 'after') =>
  `?from=${RECORDED_WINDOWS[which].fromMs}&until=${RECORDED_WINDOWS[which].untilMs}`;

export class PageFixture {
  webRoot = '';
  server!: RunningServer;
  browser!: Browser;
  context!: BrowserContext;
  page!: Page;
  /** What the browser complained of; a test that expects complaints takes them out. */
  complaints: string[] = [];

  frame(name: string): Locator {
    return this.page.locator(`#chart g.frame[name="${name}"]`);
  }

  async widthOf(name: string): Promise<number> {
    return Number(await this.frame(name).first().getAttribute('width'));
  }

  /** The address as an object. */
  async state(): Promise<Record<string, string>> {
    // The page's own word: Playwright hears of `pushState` a moment later.
    const search = await this.page.evaluate(() => location.search);
    return Object.fromEntries(new URLSearchParams(search));
  }

  /** Opens the page and waits for a frame with a label, which is written a moment after the frames. */
  async open(query = '', label = 'exec_simple_query'): Promise<void> {
    await this.page.goto(`${this.server.url}/${query}`);
    await this.page.locator('#chart .d3-flame-graph-label', { hasText: label }).first().waitFor();
  }

  async shot(name: string): Promise<void> {
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`) });
  }

  /** Complaints so far, which then count no longer. */
  takeComplaints(): string[] {
    return this.complaints.splice(0);
  }

  /** A new tab, its complaints noted. */
  async newPage(options: Parameters<Browser['newContext']>[0] = {}): Promise<void> {
    this.context = await this.browser.newContext({
      viewport: { width: 1440, height: 900 },
      colorScheme: 'light',
      ...options,
    });
    await this.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    this.page = await this.context.newPage();
    // Everything is on this host: what takes longer does not come.
    this.page.setDefaultTimeout(8000);
    this.page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.complaints.push(message.text());
    });
    this.page.on('pageerror', (error) => this.complaints.push(error.message));
    this.page.on('request', (request) => {
      if (!request.url().startsWith(this.server.url)) this.complaints.push(`asked for ${request.url()}`);
    });
  }
}

/** Registers what must happen before and after the tests of a file. */
export function usePage(serveWith: Serve = serveWorkload): PageFixture {
  const fixture = new PageFixture();
  beforeAll(async () => {
    await mkdir(SHOTS, { recursive: true });
    // Not into dist/: a daemon that serves from there must not see its page vanish for a moment.
    fixture.webRoot = await mkdtemp(join(tmpdir(), 'pilotlight-web-'));
    await build({
      configFile: join(ROOT, 'web/vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: fixture.webRoot },
    });
    fixture.server = await serveWith(fixture.webRoot);
    fixture.browser = await chromium.launch({
      executablePath: process.env['PILOTLIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
      args: CHROMIUM_ARGS,
    });
  });
  afterAll(async () => {
    await fixture.browser.close();
    await fixture.server.close();
    await rm(fixture.webRoot, { recursive: true });
  });
  beforeEach(async () => {
    fixture.complaints = [];
    await fixture.newPage();
  });
  afterEach(async () => {
    await fixture.context.close();
    // A violation of the content security policy is a console error.
    expect(fixture.complaints).toEqual([]);
  });
  return fixture;
}
