// A program whose names are made to act on whoever shows them: every way out shows them as text, or not at all. The real
// daemon, its page in a browser, its command line on a terminal. Needs root, BPF and chromium; not skipped in CI.
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatSelector } from '../../src/model/selector-text.ts';
import type { FlamegraphBody } from '../../src/query/flamegraph-body.ts';
import { decodePprof } from '../query/decode-pprof.ts';
import { COMMAND, Daemon, pilotlight, removeFolder, ROOT, temporaryFolder } from '../support/daemon.ts';
import { Programs, until } from '../support/programs.ts';
import { closeTerminals, onTerminal, type } from '../support/pseudo-terminal.ts';

/** A terminal's title, quotes, an element, line end, escape, end of a folded frame, a C1 control: 13 bytes of 15. */
const COMM = '\x1b]2;"<b>\n\\;\x9b';
const FILE = '<img src=x onerror=alert(1)>;"}\x1b]0;x\x07\n# HELP x';
/** In the place of what the program's file calls its function, and as long as that. */
const FUNCTION = '"};<script>alert(2)</script>\x1b[31m#';
const WRITTEN_OVER = 'name_to_be_written_over_0123456789';
/** Symbols are shown without controls wherever they go: no source has any. */
const SHOWN_FUNCTION = FUNCTION.replace('\x1b', '\ufffd');

/** All but the line feed; where nothing but names could bring a control in. */
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/;
const SHOTS = join(ROOT, 'test-results');

const programs = new Programs();
const dataDir = temporaryFolder();
const file = join(programs.path, FILE);
const query = `query=${encodeURIComponent(formatSelector([{ label: 'comm', op: '=', value: COMM }]))}`;
let daemon: Daemon;

beforeAll(async () => {
  const program = readFileSync(programs.compile('hostile-names'));
  const at = program.indexOf(`\0${WRITTEN_OVER}\0`);
  program.set(Buffer.from(FUNCTION), at + 1);
  writeFileSync(file, program);
  chmodSync(file, 0o755);
  daemon = await Daemon.start({ dataDir, args: ['--rate', '249'] });
  programs.start(file, [COMM, 4]);
  await until('named samples of the program', 30_000, async () => {
    const { names, totalCount } = await flamegraph();
    return totalCount > 200 && names.includes(SHOWN_FUNCTION);
  });
}, 120_000);
afterAll(async () => {
  await closeTerminals();
  await programs.stopAll();
  await daemon.kill();
  removeFolder(dataDir);
  programs.remove();
});

const flamegraph = () => daemon.json<FlamegraphBody>(`/api/v1/flamegraph?${query}`);
const text = async (path: string) => (await daemon.get(path)).text();

async function valuesOf(label: string): Promise<string[]> {
  const answer = await daemon.json<{ values: { value: string }[] }>(`/api/v1/labels/${label}/values`);
  return answer.values.map(({ value }) => value);
}

describe('names that are made to act', () => {
  it('are what the program is known by, to the letter', async () => {
    expect(await valuesOf('comm')).toContain(COMM);
    expect(await valuesOf('exe')).toContain(file);
    expect((await flamegraph()).objects).toContain(file);
  });

  it('are strings of a pprof profile', async () => {
    const response = await daemon.get(`/api/v1/profile?${query}`);
    const { samples } = decodePprof(new Uint8Array(await response.arrayBuffer()));
    const leaves = samples.map(({ locations }) => locations[0]!);
    const leaf = leaves.find(({ frames }) => frames[0]!.name === SHOWN_FUNCTION);
    expect(leaf?.object).toBe(file);
  });

  it('neither end a line of folded stacks nor a string of speedscope', async () => {
    const folded = await text(`/api/v1/profile?${query}&format=folded`);
    expect(folded).toContain(SHOWN_FUNCTION.replace(';', ':'));
    expect(folded.trimEnd().split('\n').filter((line) => !/^.+ \d+$/.test(line))).toEqual([]); // prettier-ignore
    const speedscope = await text(`/api/v1/profile?${query}&format=speedscope`);
    expect(JSON.stringify(JSON.parse(speedscope))).toContain(JSON.stringify(SHOWN_FUNCTION).slice(1, -1));
    expect(speedscope).not.toMatch(CONTROLS);
  });

  it('are no part of the report’s markup, and of no metric', async () => {
    const report = await text(`/api/v1/profile?${query}&format=html`);
    expect(report).toContain('alert(2)');
    expect(report).not.toMatch(/<script>alert|<img src=x/);
    expect(await text('/metrics')).not.toMatch(/alert|HELP x/);
  });

  it('do nothing to a terminal', async () => {
    const server = [
      '--server',
      daemon.url,
      '--query',
      formatSelector([{ label: 'exe', op: '=', value: file }]),
    ];
    for (const command of [
      ['top', '--window', '1m'],
      ['top', '--window', '1m', '--json'],
      ['diff', 'now-3m..now-1m', 'now-1m..now'],
      ['export', '--format', 'folded', '-o', '-'],
    ]) {
      const { code, stdout, stderr } = await pilotlight(...command, ...server);
      expect({ command, code, stderr }).toEqual({ command, code: 0, stderr: '' });
      expect(stdout).toContain('alert'); // names are short here
      if (command[0] !== 'export') expect(stdout).not.toMatch(CONTROLS);
    }
  });

  it('do nothing to the screen of top', async () => {
    const command = [process.execPath, COMMAND, 'top', '--window', '1m', '--server', daemon.url];
    const running = onTerminal(command, { NO_COLOR: '1' });
    await until('the function', 20_000, () => running.stdout.includes('alert'));
    type(running, 'q');
    const { stdout } = await running.ended;
    expect(stdout).not.toMatch(/\x1b\]|\x1b\[31m|[\x07\x80-\x9f]/);
  });

  it('are text in the page', async () => {
    const browser = await chromium.launch({
      executablePath: process.env['PILOTLIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
    try {
      await lookAtPage(browser);
    } finally {
      await browser.close();
    }
  });

  it('are escaped in what the daemon has logged', async () => {
    const { stdout, stderr } = await daemon.stop();
    expect(stdout + stderr).not.toMatch(CONTROLS);
  });
});

async function lookAtPage(browser: Browser): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const complaints: string[] = [];
  page.on('dialog', (dialog) => {
    complaints.push(`a dialog says ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`${daemon.url}/?${query}`);
  await page.locator('#chart .d3-flame-graph-label', { hasText: 'alert' }).first().waitFor();
  const names = await frameNames(page);
  expect(names).toContain(COMM);
  expect(names.some((name) => name?.includes('alert'))).toBe(true);
  // What is written when a frame is pointed at, and the menu with its entries.
  const frame = page.locator('#chart g.frame', { hasText: 'alert' }).first();
  await frame.hover();
  await frame.click({ button: 'right' });
  await page.getByRole('menu').waitFor();
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, 'hostile-names.png') });
  expect(await page.locator('img[src="x"], script:not([src])').count()).toBe(0);
  expect(complaints).toEqual([]);
}

const frameNames = (page: Page) =>
  page.locator('#chart g.frame').evaluateAll((frames) => frames.map((frame) => frame.getAttribute('name')));
