// The page in a real browser, on a host with known answers. Screenshots land in test-results/.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/server/serve.ts';
import { serve } from '../../src/server/serve.ts';
import { HEALTHY_STATUS, IDLE_SERVICE, fakeApp, fakeService } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { WORKLOAD } from '../support/workload.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SHOTS = join(ROOT, 'test-results');

const coverage = {
  ...{ fromMs: 0, untilMs: 1, samples: 100, namedSamples: 96, namedShare: 0.96 },
  unresolved: [{ buildId: 'ab', path: '/opt/agent', samples: 4 }],
};

let webRoot: string;
let browser: Browser;
let server: RunningServer;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  await mkdir(SHOTS, { recursive: true });
  // Not into dist/: a daemon that serves from there must not see its page vanish for a moment.
  webRoot = await mkdtemp(join(tmpdir(), 'pilotlight-web-'));
  await build({
    configFile: join(ROOT, 'web/vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: webRoot },
  });
  const status = () => Promise.resolve({ ...HEALTHY_STATUS, coverage });
  const store = fakeStore({ text: WORKLOAD, timeMs: Date.now() - 30_000 });
  server = await serve(fakeApp({ store, webRoot, service: fakeService({ status }) }), {
    host: '127.0.0.1',
    port: 0,
  });
  browser = await chromium.launch({
    executablePath: process.env['PILOTLIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});

afterAll(async () => {
  await browser.close();
  await server.close();
  await rm(webRoot, { recursive: true });
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith(server.url)) complaints.push(`asked for ${request.url()}`);
  });
});

afterEach(async () => {
  await context.close();
  // A violation of the content security policy is a console error.
  expect(complaints).toEqual([]);
});

const frame = (name: string) => page.locator(`g.frame[name="${name}"]`);
const widthOf = async (name: string) => Number(await frame(name).first().getAttribute('width'));
const stateOf = () => Object.fromEntries(new URL(page.url()).searchParams);

async function open(query = ''): Promise<void> {
  await page.goto(`${server.url}/${query}`);
  await frame('all').waitFor();
  // Labels are written a moment after the frames.
  await page.locator('.d3-flame-graph-label', { hasText: 'exec_simple_query' }).waitFor();
}

async function shot(name: string): Promise<void> {
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
}

describe('the flame graph', () => {
  it('draws every frame as wide as its share', async () => {
    await open();
    const whole = await widthOf('all');
    expect((await widthOf('postgres')) / whole).toBeCloseTo(2275 / 10_000, 3);
    expect((await widthOf('escapeHtml')) / whole).toBeCloseTo(620 / 10_000, 3);
    expect(await page.locator('#totals').textContent()).toMatch(
      /^0\.33 CPUs busy on average · 1 m 40 s of CPU time · 10,000 samples/,
    );
    await shot('page-light');
  });

  it('zooms into a frame by click, keeps that in the address, and comes back by Esc', async () => {
    await open();
    const whole = await widthOf('all');
    await frame('PortalRun').click();
    expect(await widthOf('PortalRun')).toBe(whole);
    expect(await frame('escapeHtml').count()).toBe(0);
    expect(Object.keys(stateOf())).toEqual(['zoom']);
    await shot('page-zoomed');

    await page.reload();
    await frame('PortalRun').waitFor();
    expect(await widthOf('PortalRun')).toBe(whole);
    expect(await page.getByRole('button', { name: 'Reset zoom' }).isEnabled()).toBe(true);

    await page.keyboard.press('Escape');
    expect(await frame('escapeHtml').count()).toBe(1);
    expect(stateOf()).toEqual({});
    await page.goBack();
    expect(await widthOf('PortalRun')).toBe(whole);
  });

  it('searches functions and objects and tells their share', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('LIBC.so');
    expect(await page.locator('#match').textContent()).toBe('48.4 % in 6 frames');
    await page.getByLabel('Search').fill('escapeHtml');
    expect(await page.locator('#match').textContent()).toBe('6.2 % in 1 frame');
    expect(stateOf()).toEqual({ search: 'escapeHtml' });
    await shot('page-search');
    await page.getByLabel('Search').fill('nothing like it');
    expect(await page.locator('#match').textContent()).toBe('no match');
  });

  it('tells function, object, self, total, share and count beside the pointer', async () => {
    await open();
    await frame('ExecHashJoin').hover();
    const tooltip = page.getByRole('tooltip');
    await tooltip.waitFor();
    const text = await tooltip.innerText();
    for (const part of [
      /^ExecHashJoin\n/,
      /\/usr\/lib\/postgresql\/15\/bin\/postgres/,
      /Total\s+15\.6 s\s+15\.6 %/,
      /Self\s+4\.80 s\s+4\.8 %/,
      /Samples\s+1,555/,
      /Of caller\s+/,
    ]) {
      expect(text).toMatch(part);
    }
    await shot('page-tooltip');
    await page.mouse.move(5, 5);
    expect(await tooltip.isVisible()).toBe(false);
  });

  it('turns over between icicle and flame', async () => {
    await open();
    const top = async (name: string) => (await frame(name).first().boundingBox())!.y;
    expect(await top('all')).toBeLessThan(await top('postgres'));
    await page.getByRole('button', { name: 'Flame' }).click();
    expect(stateOf()).toEqual({ view: 'flame' });
    await expect.poll(async () => (await top('all')) > (await top('postgres'))).toBe(true);
    await shot('page-flame');
  });

  it('says what a cut hid and shows it when asked', async () => {
    await open('?nodes=40');
    const cut = page.locator('#cut');
    expect(await cut.textContent()).toMatch(
      /smallest frames are not shown; [\d.]+ % of CPU time ends in them/,
    );
    await page.getByLabel('Search').fill('ExecHashJoin');
    expect(await page.locator('#match').textContent()).toBe('≥ 15.6 % in 1 frame');
    expect(await page.locator('#legend').innerText()).toMatch(/Not shown\s+\d/);
    const before = await page.locator('g.frame').count();
    await page.getByRole('button', { name: 'Show them' }).click();
    await cut.waitFor({ state: 'hidden' });
    expect(await page.locator('g.frame').count()).toBeGreaterThan(before);
  });

  it('fits the window when that changes', async () => {
    await open();
    await page.setViewportSize({ width: 900, height: 700 });
    await expect.poll(() => widthOf('all')).toBeLessThan(900);
    await shot('page-narrow');
  });
});

describe('the window and the filter', () => {
  it('keeps to a selector and puts it into the address', async () => {
    await open();
    await page.getByLabel('Filter', { exact: true }).fill('{comm="postgres"}');
    await page.keyboard.press('Enter');
    await expect.poll(() => frame('escapeHtml').count()).toBe(0);
    expect(await page.locator('#totals').textContent()).toContain('2,275 samples');
    expect(stateOf()).toEqual({ query: '{comm="postgres"}' });
  });

  it('says what is wrong with a selector and leaves the graph alone', async () => {
    await open();
    await page.getByLabel('Filter', { exact: true }).fill('{colour="red"}');
    await page.keyboard.press('Enter');
    const error = page.getByRole('alert');
    await error.waitFor();
    expect(await error.textContent()).toMatch(/unknown label 'colour' at column 2/);
    expect(await frame('escapeHtml').count()).toBe(1);
    await shot('page-bad-selector');
    // The browser itself reports the refused request.
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')]);
  });

  it('says why a window is empty', async () => {
    await page.goto(`${server.url}/?query=%7Bcomm%3D%22nobody%22%7D`);
    const notice = page.locator('#notice h2', { hasText: 'No samples in this window' });
    await notice.waitFor();
    await expect
      .poll(() => page.locator('#notice p').textContent())
      .toBe('No sample matches {comm="nobody"}.');
    await shot('page-empty');
  });

  it('says which time it could not read', async () => {
    await page.goto(`${server.url}/?from=yesterday`);
    await page.locator('#notice.error').waitFor();
    expect(await page.locator('#notice').textContent()).toMatch(/from: "yesterday" is not a time/);
    await page.getByRole('button', { name: '15 min' }).click();
    await frame('all').waitFor();
    expect(stateOf()).toEqual({ from: 'now-15m' });
    expect(complaints.splice(0)).toEqual([expect.stringContaining('400 (Bad Request)')]);
  });

  it('stays usable when the server goes away', async () => {
    await open();
    await context.setOffline(true);
    await page.getByRole('button', { name: '1 h' }).click();
    await page.locator('#notice.error').waitFor();
    expect(await page.locator('#notice').textContent()).toContain('cannot be reached');
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await frame('all').waitFor();
    expect(complaints.splice(0).every((text) => text.includes('ERR_INTERNET_DISCONNECTED'))).toBe(true);
  });
});

describe('around the graph', () => {
  it('always shows rate, overhead, lost and unnamed shares, and whether the ticks add up', async () => {
    await open();
    await page.locator('#status .fact').nth(4).waitFor();
    expect(await page.locator('#status').innerText()).toMatch(
      /Rate 99 Hz\s+Overhead 0\.37 % of a CPU\s+Lost 0\.04 %\s+Unnamed 4\.0 %\s+Ticks all accounted for/,
    );
    expect(await page.locator('#host').textContent()).toBe('build-7');
  });

  it('says that no sampler runs where none does', async () => {
    const store = fakeStore();
    const idle = await serve(fakeApp({ store, webRoot, service: IDLE_SERVICE }), {
      host: '127.0.0.1',
      port: 0,
    });
    try {
      page.removeAllListeners('request');
      await page.goto(idle.url);
      await expect
        .poll(() => page.locator('#notice p').textContent())
        .toBe('Nothing is stored, and no sampler is running.');
      expect(await page.locator('#status').innerText()).toContain('Sampler not running');
    } finally {
      await idle.close();
    }
  });

  it('hands out the window shown as a download and as a pprof command', async () => {
    await open();
    const href = await page.getByRole('link', { name: 'Download pprof' }).getAttribute('href');
    expect(href).toMatch(/^\/api\/v1\/profile\?from=\d+&until=\d+$/);
    await page.getByRole('button', { name: 'Copy pprof command' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(`go tool pprof '${server.url}${href!}'`);
  });

  it('names the colours with their share of the CPU time', async () => {
    await open();
    expect((await page.locator('#legend').innerText()).replace(/\s+/g, ' ')).toBe(
      'Kernel 13.1 % Native 71.8 % JIT 13.6 % Not walked 1.5 %',
    );
  });

  it('follows the system into the dark and lets itself be turned', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open();
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(18, 20, 26)');
    await shot('page-dark');
    await page.getByRole('button', { name: /light and dark/ }).click();
    expect(await ground()).toBe('rgb(247, 245, 242)');
    expect(stateOf()).toEqual({ theme: 'light' });
    await page.getByRole('button', { name: /light and dark/ }).click();
    expect(await ground()).toBe('rgb(18, 20, 26)');
    expect(stateOf()).toEqual({});
  });
});
