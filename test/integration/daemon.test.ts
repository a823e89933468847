// The whole way of a sample on three real programs at once, read by real clients: `go tool pprof`, a browser, HTTP.
// Needs root, BPF, gcc, go and chromium; not skipped in CI.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlamegraphBody } from '../../src/query/flamegraph-body.ts';
import { decodePprof } from '../query/decode-pprof.ts';
import { Daemon, isAlive, removeFolder, ROOT, temporaryFolder } from '../support/daemon.ts';
import { Programs, until } from '../support/programs.ts';

const GO = existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : 'go';
const SHOTS = join(ROOT, 'test-results');
const PROGRAMS = join(ROOT, 'test/support/programs');
/** All loads end by themselves after so long. */
const LOAD_SECONDS = 40;
/** 2,500 samples of one busy CPU: 3 points are then more than three standard errors of a share of 70 %. */
const RATE_HZ = 249;

const programs = new Programs();
const dataDir = temporaryFolder();
let daemon: Daemon;
/** `go tool pprof -top` of ten seconds: of the C program, and of the host. */
let splitTop: string;
let hostTop: string;
/** A window around those seconds, whole ms. */
let window: { from: number; until: number };

beforeAll(async () => {
  // Since Go 1.24 the tool is compiled when it is first run; `-h` ends with status 2.
  spawnSync(GO, ['tool', 'pprof', '-h']);
  daemon = await Daemon.start({ dataDir, args: ['--rate', String(RATE_HZ)] });
  await startLoads();
  await until('samples of all three programs', 30_000, async () => {
    const comms = await valuesOf('comm');
    return ['split', 'node', 'cc1'].every((comm) => comms.has(comm));
  });
  const from = Date.now();
  [splitTop, hostTop] = await Promise.all([pprofTop('&query={comm="split"}'), pprofTop('')]);
  window = { from, until: Date.now() };
  await programs.stopAll();
  await until('all samples of the window in the store', 30_000, async () => {
    const { store } = await daemon.status();
    return (store?.newestMs ?? 0) > window.until;
  });
}, 300_000);

afterAll(async () => {
  await programs.stopAll();
  await daemon.stop();
  removeFolder(dataDir);
  programs.remove();
});

async function startLoads(): Promise<void> {
  // Before the others it has most of a CPU, and with it the samples that its shares need.
  programs.start('nice', ['-n', -10, programs.compile('split'), LOAD_SECONDS]);
  const server = programs.start(process.execPath, [join(PROGRAMS, 'http-server.mjs'), LOAD_SECONDS]);
  await until('the port of the HTTP server', 20_000, () => server.stdout.endsWith('\n'));
  const load = join(PROGRAMS, 'http-load.mjs');
  programs.start(process.execPath, [load, server.stdout.trim(), LOAD_SECONDS, 500]);
  const source = join(programs.path, 'large.c');
  writeFileSync(source, largeSource());
  // Ends with this process, and by itself; the compiler that is running then ends in a second.
  const loop = `end=$(($(date +%s) + ${LOAD_SECONDS})); while [ $(date +%s) -lt $end ]; do gcc -O2 -c ${source} -o ${source}.o; done`;
  programs.start('setpriv', ['--pdeathsig', 'KILL', '/bin/sh', '-c', loop], { stdio: 'ignore' });
}

/** Some 120 functions: gcc -O2 takes a few tenths of a second. */
function largeSource(): string {
  const functions = Array.from(
    { length: 120 },
    (_, i) => `
int f${i}(int *a, int n) {
  int sum = ${i};
  for (int i = 0; i < n; i++) { if (a[i] % ${i + 2} == 0) sum += a[i] * ${i}; else sum ^= a[n - 1 - i] >> ${i % 13}; }
  switch (sum & 7) { case 0: return sum; case 1: return a[0]; case 2: return sum / ${i + 1}; default: return -sum; }
}`,
  );
  return functions.join('');
}

async function pprofTop(parameters: string): Promise<string> {
  const url = `${daemon.url}/debug/pprof/profile?seconds=10${encodeURI(parameters)}`;
  const running = programs.start(GO, ['tool', 'pprof', '-top', '-nodecount=5000', url], {
    env: { ...process.env, PPROF_TMPDIR: programs.path },
  });
  const { code, stdout, stderr } = await running.ended;
  expect(code, stderr).toBe(0);
  return stdout;
}

async function valuesOf(label: string): Promise<Set<string>> {
  const answer = await daemon.json<{ values: { value: string }[] }>(`/api/v1/labels/${label}/values`);
  return new Set(answer.values.map(({ value }) => value));
}

const inWindow = (more = ''): string => `from=${window.from}&until=${window.until}${more}`;
const flamegraph = (more = ''): Promise<FlamegraphBody> =>
  daemon.json(`/api/v1/flamegraph?${inWindow(encodeURI(more))}`);

async function pprof(more = '') {
  const response = await daemon.get(`/api/v1/profile?${inWindow(encodeURI(more))}`);
  return decodePprof(new Uint8Array(await response.arrayBuffer()));
}

/** Flat share of a function in percent, as `-top` prints it. */
function flatPercent(top: string, name: string): number {
  const line = top.split('\n').find((text) => text.endsWith(`  ${name}`));
  return Number(/^\s*\S+\s+([\d.]+)%/.exec(line ?? '')?.[1]);
}

describe('three programs at once', () => {
  it('shows the work of three functions as 70, 20 and 10 % within 3 points in go tool pprof', () => {
    const shares = ['leaf_seventy', 'leaf_twenty', 'leaf_ten'].map((name) => flatPercent(splitTop, name));
    const total = /Total samples = (.*)/.exec(splitTop)?.[1];
    console.log(`go tool pprof: ${shares.map((share) => `${share} %`).join(', ')} of ${total ?? ''}`);
    for (const [i, expected] of [70, 20, 10].entries()) {
      expect(shares[i]).toBeGreaterThan(expected - 3);
      expect(shares[i]).toBeLessThan(expected + 3);
    }
  });

  it('shows kernel and user parts of the host', async () => {
    expect(hostTop).toMatch(/Type: cpu/);
    const { samples } = await pprof();
    const leaves = samples.map(({ locations }) => locations[0]!);
    const kernel = leaves.filter(({ object }) => object === '[kernel.kallsyms]');
    expect(kernel.length).toBeGreaterThan(10);
    const kernelNames = new Set(kernel.map(({ frames }) => frames[0]!.name));
    expect([...kernelNames].filter((name) => /^\w+/.test(name)).length).toBeGreaterThan(10);
    expect([...kernelNames].some((name) => hostTop.includes(`  ${name}\n`))).toBe(true);
    expect(leaves.some(({ object }) => object?.endsWith('/split') === true)).toBe(true);
    // A system call's stack goes on in the program that made it.
    const through = samples.some(({ locations }) => {
      const objects = locations.map(({ object }) => object);
      return objects[0] === '[kernel.kallsyms]' && objects.at(-1)?.startsWith('/') === true;
    });
    expect(through).toBe(true);
  });

  it('names the processes that exited during the window, and what they ran', async () => {
    const comms = await valuesOf('comm');
    for (const comm of ['cc1', 'as', 'node', 'split']) expect(comms).toContain(comm);
    const exes = await valuesOf('exe');
    expect([...exes].some((exe) => exe.endsWith('/cc1'))).toBe(true);
    expect(exes).toContain(join(programs.path, 'split'));
    // gcc runs one cc1 after the other: most of those sampled are gone.
    const cc1 = await daemon.json<{ values: { value: string }[] }>(
      `/api/v1/labels/pid/values?${inWindow(encodeURI('&query={comm="cc1"}'))}`,
    );
    expect(cc1.values.filter(({ value }) => !isAlive(Number(value))).length).toBeGreaterThan(0);
    const { samples } = await pprof('&query={comm="cc1"}');
    const known = samples.filter(({ locations }) => locations[0]!.object !== '[marker]');
    expect(known.length / samples.length).toBeGreaterThan(0.95);
  });

  it('gives the same sums as pprof, as flame graph and as table', async () => {
    for (const more of ['', '&query={comm="split"}', '&query={comm="node"}']) {
      const { samples } = await pprof(more);
      const graph = await flamegraph(`${more}&maxNodes=50`);
      const top = await daemon.json<{ total: number; totalCount: number }>(
        `/api/v1/top?${inWindow(encodeURI(more))}`,
      );
      const sum = (column: number): number => samples.reduce((all, { values }) => all + values[column]!, 0);
      expect({ count: sum(0), ns: sum(1) }).toEqual({ count: graph.totalCount, ns: graph.total });
      expect({ count: sum(0), ns: sum(1) }).toEqual({ count: top.totalCount, ns: top.total });
      expect(graph.totalCount).toBeGreaterThan(100);
    }
  });

  it('has an account that closes', async () => {
    const { conservation, sampling, walks, overhead } = await daemon.status();
    expect(sampling).toBe(true);
    expect(conservation).toMatchObject({ closed: true, unaccounted: 0 });
    for (const cpu of conservation!.perCpu) {
      expect(cpu.notFired).toBeGreaterThanOrEqual(0);
      expect(cpu.samples).toBeGreaterThan(0);
      expect(cpu.losses).toMatchObject({
        logFull: 0,
        logGap: 0,
        collectorFull: 0,
        storeFailed: 0,
        serviceDown: 0,
      });
    }
    expect(walks!['root']).toBeGreaterThan(0);
    expect(overhead!.rssBytes).toBeGreaterThan(20e6);
  });

  it('has metrics in which every line is one of OpenMetrics, with the numbers of the status', async () => {
    const text = await (await daemon.get('/metrics')).text();
    const lines = text.trimEnd().split('\n');
    expect(lines.at(-1)).toBe('# EOF');
    const line =
      /^(# (HELP|TYPE|UNIT) [a-z_]+ .*|# EOF|[a-z_]+(\{[a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*\})? -?[\d.e+-]+)$/;
    expect(lines.filter((each) => !line.test(each))).toEqual([]);
    expect(lines).toContain('pilotlight_conservation_closed 1');
    expect(lines).toContain('pilotlight_conservation_unaccounted 0');
    expect(lines).toContain(`pilotlight_rate_hz{which="configured"} ${RATE_HZ}`);
  });
});

describe('the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    browser = await chromium.launch({
      executablePath: process.env['PILOTLIGHT_CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
    });
  });
  afterAll(() => browser.close());

  it('draws what ran, each program as wide as its share', async () => {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(`${daemon.url}/?${inWindow()}`);
    const frame = (name: string) => page.locator(`g.frame[name="${name}"]`).first();
    const widthOf = async (name: string) => Number(await frame(name).getAttribute('width'));
    await frame('split').waitFor();
    for (const name of ['node', 'cc1', 'leaf_seventy']) await frame(name).waitFor();
    await page.locator('.d3-flame-graph-label', { hasText: 'leaf_seventy' }).first().waitFor();
    await page.screenshot({ path: join(SHOTS, 'daemon-page.png') });
    const whole = await flamegraph();
    const split = await flamegraph('&query={comm="split"}');
    expect((await widthOf('split')) / (await widthOf('all'))).toBeCloseTo(split.total / whole.total, 2);
    expect(complaints).toEqual([]);
  });
});
