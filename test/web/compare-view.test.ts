// The differential flame graph and its table in a real browser, on two windows whose every sample is known.
import { afterAll, describe, expect, it } from 'vitest';
import { usePage } from '../support/page-fixture.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { RECORDED_WINDOWS, recordedData } from '../support/recorded-data.ts';

let data: RecordedData;
const fixture = usePage(async (webRoot) => {
  data = await recordedData();
  return data.serve(webRoot);
});
afterAll(() => data.close());

const { before, after } = RECORDED_WINDOWS;

async function open(more = ''): Promise<void> {
  const windows = `from=${after.fromMs}&until=${after.untilMs}&baseFrom=${before.fromMs}&baseUntil=${before.untilMs}`;
  await fixture.page.goto(`${fixture.server.url}/?mode=compare&${windows}${more}`);
  await fixture.page.locator('.diff-rows tbody tr').first().waitFor();
  await fixture.page.locator('.diff-chart .d3-flame-graph-label').first().waitFor();
}

const frame = (name: string) => fixture.page.locator(`.diff-chart g.frame[name="${name}"]`).first();
const fillOf = (name: string) => frame(name).locator('rect').getAttribute('fill');
const names = () => fixture.page.locator('.diff-rows tbody .name').allInnerTexts();

/** Red minus blue of a fill: more is orange, less is blue. */
async function warmth(name: string): Promise<number> {
  const fill = await frame(name)
    .locator('rect')
    .evaluate((rect) => getComputedStyle(rect).fill);
  const [red, , blue] = fill.match(/\d+/g)!.map(Number);
  return red! - blue!;
}

describe('the differential flame graph', () => {
  it('is orange for more, blue for less, and near grey for the same', async () => {
    await open();
    expect(await warmth('escapeHtml')).toBeGreaterThan(100);
    expect(await warmth('heap_getnext')).toBeLessThan(-100);
    expect(Math.abs(await warmth('all'))).toBeLessThan(15);
    expect(Math.abs(await warmth('JSON.stringify'))).toBeLessThan(40);
    await fixture.shot('compare-light');
  });

  it.each(['light', 'dark'] as const)(
    'has every stripe that its frames refer to (%s)',
    async (colorScheme) => {
      await fixture.page.emulateMedia({ colorScheme });
      await open();
      expect(await fillOf('renderMarkdown')).toBe('url(#only-after)');
      expect(await fillOf('parseLegacy')).toBe('url(#only-before)');
      const missing = await fixture.page.locator('.diff-chart rect[fill^="url("]').evaluateAll(
        (rects) =>
          rects.filter((rect) => {
            const id = /#(.+)\)$/.exec(rect.getAttribute('fill') ?? '')?.[1] ?? '';
            return document.getElementById(id)?.tagName !== 'pattern';
          }).length,
      );
      expect(missing).toBe(0);
      await fixture.shot(`compare-stripes-${colorScheme}`);
    },
  );

  it('takes the colours of the other scheme when that is switched', async () => {
    await open();
    const light = await fillOf('all');
    const stripe = () => fixture.page.locator('#only-after rect').first().getAttribute('fill');
    const lightStripe = await stripe();
    await fixture.page.getByRole('button', { name: /light and dark/ }).click();
    expect(await fillOf('all')).not.toBe(light);
    expect(await stripe()).not.toBe(lightStripe);
  });

  it('says of a frame what it used before and after', async () => {
    await open();
    await frame('escapeHtml').hover();
    const tooltip = fixture.page.getByRole('tooltip').filter({ visible: true });
    expect((await tooltip.innerText()).replace(/\s+/g, ' ')).toBe(
      'escapeHtml [jit 1200] Before After Change Total 5.0 % 15.0 % +10.0 points ' +
        'Self 5.0 % 15.0 % +10.0 points CPUs 0.017 0.060 +0.043 Samples 1,000 3,600 ×3.00 of its share before',
    );
    await frame('parseLegacy').hover();
    expect(await tooltip.innerText()).toContain('Only before');
  });

  it('keeps the colours of what a search finds and says its share on both sides', async () => {
    await open();
    const colour = await fillOf('escapeHtml');
    await fixture.page.getByLabel('Search', { exact: true }).fill('escapehtml');
    const match = fixture.page.locator('.diff-match');
    await expect.poll(() => match.innerText()).toBe('5.0 % before, 15.0 % after (+10.0 points) in 1 frame');
    expect(await fillOf('escapeHtml')).toBe(colour);
    expect(Math.abs(await warmth('heap_getnext'))).toBeLessThan(30);
    expect(await names()).toEqual(['escapeHtml']);
  });

  it('says what a cut hides on both sides', async () => {
    await open('&nodes=20');
    expect(await fixture.page.locator('#compare .cut').innerText()).toMatch(
      /^The \d+ smallest frames are not shown; [\d.]+ % of CPU time before and [\d.]+ % after ends in them\.$/,
    );
  });
});

describe('the table of differences', () => {
  it('sorts by the keyboard, and keeps the focus where it is', async () => {
    await open();
    const head = () => fixture.page.locator('th[data-column="before"]');
    await head().getByRole('button').focus();
    await fixture.page.keyboard.press('Enter');
    await expect.poll(() => head().getAttribute('aria-sort')).toBe('descending');
    const descending = await names();
    await fixture.page.keyboard.press('Enter');
    await expect.poll(() => head().getAttribute('aria-sort')).toBe('ascending');
    expect(await names()).not.toEqual(descending);
    expect(
      await head()
        .getByRole('button')
        .evaluate((button) => button === document.activeElement),
    ).toBe(true);
  });

  it('begins with the largest change of what functions use themselves where that is chosen', async () => {
    await open();
    await fixture.page.getByRole('button', { name: 'Self', exact: true }).click();
    await expect.poll(async () => (await names())[0]).toBe('escapeHtml');
    expect((await fixture.state())['diffSort']).toBe('self.size.desc');
  });

  it('leaves the graph alone when its order changes', async () => {
    await open();
    await frame('escapeHtml').evaluate((element) => element.setAttribute('data-kept', ''));
    await fixture.page.locator('th[data-column="name"]').getByRole('button').click();
    await expect.poll(async () => (await names())[0]).toBe('Builtins_RegExpReplace');
    expect(await frame('escapeHtml').getAttribute('data-kept')).toBe('');
  });

  it('searches for a function that is clicked', async () => {
    await open();
    await fixture.page.locator('.diff-rows').getByRole('button', { name: 'heap_getnext' }).click();
    await expect.poll(async () => (await fixture.state())['search']).toBe('heap_getnext');
    await expect.poll(names).toEqual(['heap_getnext']);
  });
});
