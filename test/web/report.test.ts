// The self-contained report in a real browser: opened from disk, without a server and without a network.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ReportPayload } from '../../src/query/report-html.ts';
import { encodeReport } from '../../src/query/report-html.ts';
import { buildReport } from '../../web/report-plugin.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { recordedData } from '../support/recorded-data.ts';

const SHOTS = fileURLToPath(new URL('../../test-results', import.meta.url));
/** A process may call itself and its functions anything. */
const HOSTILE = '</script><img src=x onerror=alert(1)>';

let data: RecordedData;
let folder: string;
let template: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  data = await recordedData();
  folder = await mkdtemp(join(tmpdir(), 'pilotlight-report-'));
  template = await buildReport();
  await mkdir(SHOTS, { recursive: true });
  browser = await chromium.launch({
    executablePath: process.env['PILOTLIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
});
afterAll(async () => {
  await browser.close();
  await data.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    offline: true,
  });
  page = await context.newPage();
  complaints = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:')) complaints.push(`asked for ${request.url()}`);
  });
});
afterEach(async () => {
  await context.close();
  expect(complaints).toEqual([]);
});

async function payload(): Promise<ReportPayload> {
  const { fromMs, untilMs } = data.windows.after;
  const path = `/api/v1/flamegraph?from=${fromMs}&until=${untilMs}&groupBy=comm&maxNodes=50000`;
  const flamegraph = (await (await data.app.request(path)).json()) as ReportPayload['flamegraph'];
  return { title: 'CPU profile of shop-1', host: 'shop-1', query: '{user!="root"}', flamegraph };
}

async function open(content: ReportPayload, hash = ''): Promise<void> {
  const file = join(folder, 'report.html');
  await writeFile(file, encodeReport(template, content));
  await page.goto(`${pathToFileURL(file).href}${hash}`);
  await page.locator('.d3-flame-graph-label').first().waitFor();
}

const frame = (name: string) => page.locator(`g.frame[name="${name}"]`);
const widthOf = async (name: string) => Number(await frame(name).first().getAttribute('width'));

describe('the report', () => {
  it('is one file that refers to nothing outside of it', () => {
    expect(template).not.toMatch(/<link|<script[^>]* src=|@import|url\(/);
    expect(template.length).toBeLessThan(200_000);
  });

  it('says what was profiled: title, host, window, selector, rate and samples', async () => {
    await open(await payload());
    expect(await page.title()).toBe('CPU profile of shop-1');
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('CPU profile of shop-1');
    expect(await page.locator('#facts li').allTextContents()).toEqual([
      'shop-1',
      '2026-03-01 10:10:00 – 10:20:00 UTC',
      '{user!="root"}',
      '100 Hz',
      '24,000 samples',
    ]);
    expect(await page.locator('#totals').textContent()).toBe(
      '0.40 CPUs busy on average · 4 m 00 s of CPU time in 10 m 00 s',
    );
    await page.screenshot({ path: join(SHOTS, 'report-light.png'), fullPage: true });
  });

  it('draws the flame graph, zooms, searches, and keeps the view in the address', async () => {
    await open(await payload());
    const whole = await widthOf('all');
    expect((await widthOf('escapeHtml')) / whole).toBeCloseTo(0.15, 3);
    await frame('renderTemplate').click();
    expect(await widthOf('renderTemplate')).toBe(whole);
    await page.keyboard.press('/');
    await page.keyboard.type('escapehtml');
    expect(await page.locator('#match').textContent()).toBe('15.0 % in 1 frame');
    expect(new URL(page.url()).hash).toMatch(/^#search=escapehtml&zoom=\w+$/);
    await page.reload();
    await page.locator('.d3-flame-graph-label').first().waitFor();
    expect(await widthOf('renderTemplate')).toBe(whole);
    expect(await page.locator('#match').textContent()).toBe('15.0 % in 1 frame');
    await page.keyboard.press('Escape');
    expect(new URL(page.url()).hash).toBe('');
    expect((await widthOf('renderTemplate')) / whole).toBeLessThan(0.5);
  });

  it('turns the graph over', async () => {
    await open(await payload());
    const rowOf = async (name: string) => (await frame(name).first().boundingBox())!.y;
    expect(await rowOf('all')).toBeLessThan(await rowOf('escapeHtml'));
    await page.getByRole('button', { name: 'Flame' }).click();
    expect(await rowOf('all')).toBeGreaterThan(await rowOf('escapeHtml'));
  });

  it('shows what a frame is under the pointer', async () => {
    await open(await payload());
    await frame('escapeHtml').hover();
    const text = await page.getByRole('tooltip').innerText();
    expect(text.replace(/\s+/g, ' ')).toContain('escapeHtml [jit 1200] Total 36.0 s 15.0 %');
  });

  it('lists every function with the figures of the window, by self or by total', async () => {
    await open(await payload());
    const first = () => page.locator('#functions tbody tr').first().locator('td').allTextContents();
    expect(await first()).toEqual(['15.0 %', '36.0 s', '15.0 %', '36.0 s', 'escapeHtml', '[jit 1200]']);
    await page.getByRole('button', { name: 'Total' }).click();
    const { functions, samples } = data.answers.after;
    const most = Math.max(...Array.from(functions.values(), (each) => each.totalCount));
    expect((await first())[2]).toBe(`${((most / samples) * 100).toFixed(1)} %`);
    await page.getByRole('button', { name: /Show \d+ more/ }).click();
    expect(await page.locator('#functions tbody tr').count()).toBe(functions.size);
  });

  it('follows the system into the dark and lets itself be turned', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open(await payload());
    /** Mean of the ground's channels, 0 to 255. */
    const ground = async () => {
      const rgb = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      return rgb.match(/\d+/g)!.reduce((sum, channel) => sum + Number(channel) / 3, 0);
    };
    expect(await ground()).toBeLessThan(50);
    await page.screenshot({ path: join(SHOTS, 'report-dark.png'), fullPage: true });
    await page.getByRole('button', { name: /light and dark/ }).click();
    expect(await ground()).toBeGreaterThan(200);
  });

  it('shows hostile names as text', async () => {
    const content = await payload();
    const names = content.flamegraph.names.map((name) => (name === 'escapeHtml' ? HOSTILE : name));
    await open({ ...content, title: HOSTILE, flamegraph: { ...content.flamegraph, names } });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(HOSTILE);
    expect(await page.locator('#functions .name').first().textContent()).toBe(HOSTILE);
    expect(await page.locator('img').count()).toBe(0);
  });

  it('says what a cut left out, and makes shares of a search lower bounds', async () => {
    const { fromMs, untilMs } = data.windows.after;
    const path = `/api/v1/flamegraph?from=${fromMs}&until=${untilMs}&maxNodes=20`;
    const flamegraph = (await (await data.app.request(path)).json()) as ReportPayload['flamegraph'];
    await open({ title: 'cut', flamegraph }, '#search=node');
    expect(await page.locator('#cut').textContent()).toMatch(
      /^The \d+ smallest frames are not in this file; /,
    );
    expect(await page.locator('#match').textContent()).toMatch(/^≥ /);
  });

  it('says so when it holds no profile', async () => {
    const file = join(folder, 'bare.html');
    await writeFile(file, template);
    await page.goto(pathToFileURL(file).href);
    expect(await page.getByRole('alert').textContent()).toBe(
      'this file is the template of a report: it has no profile in it',
    );
    expect(complaints.splice(0)).toHaveLength(1);
  });
});
