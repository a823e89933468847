// Every number on the page equals what `go tool pprof` says of the same window's download. Needs the go command.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatChange, formatPoints } from '../../web/src/compare/diff-format.ts';
import { formatCount, formatDuration, formatShare } from '../../web/src/format.ts';
import { usePage } from '../support/page-fixture.ts';
import type { PprofTop } from '../support/pprof-top.ts';
import { pprofTop, preparePprof } from '../support/pprof-top.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { RECORDED_WINDOWS, recordedData } from '../support/recorded-data.ts';

let data: RecordedData;
let folder: string;
const fixture = usePage(async (webRoot) => {
  data = await recordedData();
  return data.serve(webRoot);
});
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pilotlight-numbers-'));
  preparePprof();
}, 600_000);
afterAll(async () => {
  await data.close();
  await rm(folder, { recursive: true });
});

const { before, after } = RECORDED_WINDOWS;
const WINDOW = `from=${after.fromMs}&until=${after.untilMs}`;
const BASE = `baseFrom=${before.fromMs}&baseUntil=${before.untilMs}`;

/** The download that the page itself offers. */
async function download(id: string): Promise<string> {
  const href = await fixture.page.locator(id).getAttribute('href');
  const answer = await fetch(fixture.server.url + href!);
  expect(answer.status).toBe(200);
  const file = join(folder, `${id.slice(1)}.pb.gz`);
  await writeFile(file, new Uint8Array(await answer.arrayBuffer()));
  return file;
}

/** Texts of a table's cells, row by row. */
function cells(rows: string): Promise<string[][]> {
  return fixture.page
    .locator(rows)
    .evaluateAll((found) =>
      found.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())),
    );
}

interface Box {
  name: string;
  x: number;
  y: number;
  width: number;
}

/** Every frame drawn. */
function boxes(chart: string): Promise<Box[]> {
  return fixture.page.locator(`${chart} g.frame`).evaluateAll((frames) =>
    frames.map((frame) => {
      const { x, y, width } = frame.getBoundingClientRect();
      return { name: frame.getAttribute('name') ?? '', x, y, width };
    }),
  );
}

/** Width of a function's frames, those inside of another of its own left out. */
function widthOf(all: readonly Box[], name: string): number {
  const own = all.filter((box) => box.name === name);
  const within = (inner: Box, outer: Box) =>
    inner.y > outer.y && inner.x >= outer.x - 1 && inner.x + inner.width <= outer.x + outer.width + 1;
  return own
    .filter((box) => !own.some((other) => within(box, other)))
    .reduce((sum, { width }) => sum + width, 0);
}

const share = (part: number, { totalNs }: PprofTop) => formatShare(part / totalNs);

describe('the page on one window', () => {
  const open = async (more = '') => {
    await fixture.page.goto(`${fixture.server.url}/?${WINDOW}&panes=both${more}`);
    await fixture.page.locator('#functions-rows tr').first().waitFor();
    await fixture.page.locator('#chart g.frame').first().waitFor();
  };

  it('shows the total that the file has', async () => {
    await open();
    const { totalNs } = pprofTop(await download('#download-pprof'));
    const windowNs = (after.untilMs - after.fromMs) * 1e6;
    const totals = await fixture.page.locator('#totals').innerText();
    expect(totals).toContain(`${(totalNs / windowNs).toFixed(2)} CPUs`);
    expect(totals).toContain(formatDuration(totalNs));
    const samples = pprofTop('-sample_index=samples', await download('#download-pprof')).totalNs;
    expect(totals).toContain(`${formatCount(samples)} samples`);
  });

  // By process: pprof takes functions of one name in two programs for one, the page does not.
  it.each(['node', 'postgres', 'nginx', 'cc1plus', 'python3', 'kworker/0:1'])(
    'shows self and total of every function of %s as pprof does',
    async (comm) => {
      await open(`&query=${encodeURIComponent(`{comm="${comm}"}`)}`);
      const top = pprofTop(await download('#download-pprof'));
      const rows = await cells('#functions-rows tr');
      const shown = rows.map(([self, selfShare, total, totalShare, name]) => ({
        ...{ self, selfShare, total, totalShare, name },
      }));
      const expected = [...top.rows.values()].map(({ name, flatNs, cumNs }) => ({
        ...{ self: formatDuration(flatNs), selfShare: share(flatNs, top) },
        ...{ total: formatDuration(cumNs), totalShare: share(cumNs, top), name },
      }));
      const byName = (a: { name: string | undefined }, b: { name: string | undefined }) =>
        a.name! < b.name! ? -1 : 1;
      expect(expected.length).toBeGreaterThan(2);
      expect(shown.sort(byName)).toEqual(expected.sort(byName));
    },
  );

  it('draws each function as wide as its cumulative share', async () => {
    await open();
    const top = pprofTop(await download('#download-pprof'));
    const all = await boxes('#chart');
    const whole = widthOf(all, 'all');
    let compared = 0;
    for (const { name, cumNs } of top.rows.values()) {
      const expected = (whole * cumNs) / top.totalNs;
      // A group may have the name of a function; frames below two pixels are not drawn.
      if (expected < 3 || name === 'restic' || name === 'backup') continue;
      expect(Math.abs(widthOf(all, name) - expected), name).toBeLessThan(2);
      compared++;
    }
    expect(compared).toBeGreaterThan(50);
  });

  it.each(['escapeHtml', 'heap_getnext', 'visitNode', 'libc.so', 'kernel.kallsyms', 'libvendor', 'ex', 'al'])(
    'finds the share of "%s" that pprof focuses on',
    async (term) => {
      await open('&group=');
      const file = await download('#download-pprof');
      await fixture.page.getByLabel('Search', { exact: true }).fill(term);
      const focus = `(?i)${term.replace('.', '\\.')}`;
      const { shownNs, totalNs } = focused(file, focus);
      await expect
        .poll(() => fixture.page.locator('#match').innerText())
        .toMatch(new RegExp(`^${formatShare(shownNs / totalNs)} in \\d+ frames?$`));
    },
  );

  it('says in the tooltip what pprof says of the function', async () => {
    await open();
    const top = pprofTop(await download('#download-pprof'));
    for (const name of ['escapeHtml', 'aes_gcm_encrypt', 'ExecIndexScan']) {
      await fixture.page.locator(`#chart g.frame[name="${name}"]`).first().hover();
      const { flatNs, cumNs } = top.rows.get(name)!;
      const text = (await fixture.page.getByRole('tooltip').innerText()).replace(/\s+/g, ' ');
      expect(text).toContain(`Total ${formatDuration(cumNs)} ${share(cumNs, top)}`);
      expect(text).toContain(`Self ${formatDuration(flatNs)} ${share(flatNs, top)}`);
    }
  });
});

/** What stays of the file: the sum of what its functions used themselves. */
function focused(file: string, pattern: string): { shownNs: number; totalNs: number } {
  const { totalNs } = pprofTop(file);
  const { rows } = pprofTop(`-focus=${pattern}`, file);
  return { totalNs, shownNs: [...rows.values()].reduce((sum, { flatNs }) => sum + flatNs, 0) };
}

describe('the page on two windows', () => {
  const NODE = `&query=${encodeURIComponent('{comm="node"}')}`;
  const open = async (more: string) => {
    await fixture.page.goto(`${fixture.server.url}/?mode=compare&${WINDOW}&${BASE}${more}`);
    await fixture.page.locator('.diff-rows tbody tr').first().waitFor();
  };
  const files = async () => ({
    base: await download('#download-base'),
    file: await download('#download-pprof'),
  });

  interface Shown {
    change: string;
    before: string;
    after: string;
  }

  async function differences(): Promise<Map<string, Shown>> {
    const rows = await cells('.diff-rows tbody tr');
    return new Map(
      rows.map((row) => [row[5]!, { change: row[0]!, before: row[1]!, after: row[2]! }] as const),
    );
  }

  it.each(['total', 'self'] as const)(
    'shows the change of CPU time (%s) that -diff_base shows, exactly',
    async (metric) => {
      await open(`${NODE}&normalize=none&diffSort=${metric}.size.desc`);
      const { base, file } = await files();
      const diff = pprofTop(`-diff_base=${base}`, file);
      const shown = await differences();
      const value = metric === 'total' ? 'cumNs' : 'flatNs';
      let compared = 0;
      for (const [name, { change }] of shown) {
        // pprof leaves out what is the same on both sides.
        expect(change, name).toBe(formatChange(diff.rows.get(name)?.[value] ?? 0, 'none'));
        compared++;
      }
      expect(compared).toBeGreaterThan(15);
      for (const row of diff.rows.values())
        if (row[value] !== 0) expect([...shown.keys()]).toContain(row.name);
    },
  );

  it('shows the points that -diff_base -normalize shows, and the shares of each file', async () => {
    await open(NODE);
    const { base, file } = await files();
    const diff = pprofTop('-normalize', `-diff_base=${base}`, file);
    const [left, right] = [pprofTop(base), pprofTop(file)];
    const shown = await differences();
    expect(shown.size).toBe(new Set([...left.rows.keys(), ...right.rows.keys()]).size);
    for (const [name, { change, before: was, after: is }] of shown) {
      expect(was, name).toBe(share(left.rows.get(name)?.cumNs ?? 0, left));
      expect(is, name).toBe(share(right.rows.get(name)?.cumNs ?? 0, right));
      // pprof rounds each sample that it scales to whole nanoseconds.
      const points = (diff.rows.get(name)?.cumNs ?? 0) / left.totalNs;
      const close = [points - 1e-7, points, points + 1e-7].map(formatPoints);
      expect(close, name).toContain(change === '0' ? formatPoints(0) : change);
    }
  });

  it('draws frames as wide as their share before and after', async () => {
    for (const [widths, id] of [
      ['before', '#download-base'],
      ['after', '#download-pprof'],
    ] as const) {
      await open(`&widths=${widths}`);
      const top = pprofTop(await download(id));
      const all = await boxes('.diff-chart');
      const whole = widthOf(all, 'all');
      for (const name of ['escapeHtml', 'heap_getnext', '_bt_search', 'renderMarkdown', 'parseLegacy']) {
        const expected = (whole * (top.rows.get(name)?.cumNs ?? 0)) / top.totalNs;
        expect(Math.abs(widthOf(all, name) - expected), `${name} ${widths}`).toBeLessThan(2);
      }
    }
  });

  it('finds the shares of a search on both sides that pprof focuses on', async () => {
    await open('&group=&search=heap_getnext');
    const { base, file } = await files();
    const [left, right] = [focused(base, 'heap_getnext'), focused(file, 'heap_getnext')];
    const text = await fixture.page.locator('.diff-match').innerText();
    expect(text).toContain(
      `${formatShare(left.shownNs / left.totalNs)} before, ${formatShare(right.shownNs / right.totalNs)} after`,
    );
  });
});
