// The timeline in a real browser, on recorded data: two windows of ten minutes, 10:00 to 10:20 UTC.
import { describe, expect, it } from 'vitest';
import { recordedWindow, serveRecorded, usePage } from '../support/page-fixture.ts';
import { RECORDED_WINDOWS } from '../support/recorded-data.ts';

const fixture = usePage(serveRecorded);
const { before, after } = RECORDED_WINDOWS;
const RANGE = `&rangeFrom=${before.fromMs}&rangeUntil=${after.untilMs}`;

/** The whole of both windows is the range and the window. */
const openAll = () => openDrawn(`?from=${before.fromMs}&until=${after.untilMs}${RANGE}`);

async function openDrawn(query: string): Promise<void> {
  await fixture.open(query);
  await fixture.page.locator('#layers button').first().waitFor();
}

/** Where a time lies on the page, px; `y` in the middle of the plot. */
async function pointAt(ms: number): Promise<{ x: number; y: number }> {
  const box = (await fixture.page.locator('#timeline .u-over').boundingBox())!;
  const share = (ms - before.fromMs) / (after.untilMs - before.fromMs);
  return { x: box.x + share * box.width, y: box.y + box.height / 2 };
}

async function drag(fromMs: number, untilMs: number): Promise<void> {
  const { mouse } = fixture.page;
  const [start, end] = [await pointAt(fromMs), await pointAt(untilMs)];
  await mouse.move(start.x, start.y);
  await mouse.down();
  await mouse.move((start.x + end.x) / 2, start.y);
  await mouse.move(end.x, end.y);
  await mouse.up();
}

const MINUTE = 60_000;
/** A pixel of the plot is about a second. */
const near = (text: string | undefined, ms: number) => expect(Math.abs(Number(text) - ms)).toBeLessThan(2500);
const brush = () => fixture.page.getByRole('slider', { name: 'Window', exact: true });

describe('the timeline', () => {
  it('tells CPUs busy by process, largest first', async () => {
    await openAll();
    const rows = await fixture.page.locator('#layers button').allInnerTexts();
    expect(rows[0]!.replace(/\s+/g, ' ')).toMatch(/^node 0\.\d\d$/);
    expect(rows.length).toBeGreaterThan(4);
    await fixture.shot('timeline-light');
  });

  it('selects a window by drag, with absolute times, inside the same range', async () => {
    await openAll();
    await drag(before.fromMs + 5 * MINUTE, before.fromMs + 8 * MINUTE);
    const { from, until, rangeFrom, rangeUntil } = await fixture.state();
    near(from, before.fromMs + 5 * MINUTE);
    near(until, before.fromMs + 8 * MINUTE);
    expect([rangeFrom, rangeUntil]).toEqual([String(before.fromMs), String(after.untilMs)]);
    expect(await brush().getAttribute('aria-valuetext')).toMatch(/^2026-03-01 \d\d:04:5\d|\d\d:05:0\d – /);
    await fixture.page.locator('#window-text', { hasText: /– \d\d:0[78]:/ }).waitFor();
  });

  it('clears the selection by a click beside it and by Esc', async () => {
    await openAll();
    await drag(after.fromMs, after.fromMs + MINUTE);
    near((await fixture.state())['from'], after.fromMs);
    await fixture.page.mouse.click((await pointAt(before.fromMs + MINUTE)).x, (await pointAt(0)).y);
    expect(await fixture.state()).toMatchObject({
      from: String(before.fromMs),
      until: String(after.untilMs),
    });
    await drag(after.fromMs, after.fromMs + MINUTE);
    await fixture.page.keyboard.press('Escape');
    expect(await fixture.state()).toMatchObject({
      from: String(before.fromMs),
      until: String(after.untilMs),
    });
  });

  it('goes back to now by a double click', async () => {
    await openAll();
    const { x, y } = await pointAt(before.fromMs + MINUTE);
    await fixture.page.mouse.dblclick(x, y);
    await expect.poll(() => fixture.state()).toEqual({ from: 'now-1h' });
  });

  it('highlights the window where the range is wider, and moves it by its tab and its edges', async () => {
    await openDrawn(`${recordedWindow('after')}${RANGE}`);
    const { page } = fixture;
    expect(await page.locator('.shade').first().isVisible()).toBe(true);
    const tab = (await page.locator('.brush.b .tab').boundingBox())!;
    await page.mouse.move(tab.x + 60, tab.y + 8);
    await page.mouse.down();
    await page.mouse.move(tab.x + 30, tab.y + 8);
    await page.mouse.move(tab.x + 60 - tab.width / 2, tab.y + 8);
    await page.mouse.up();
    near((await fixture.state())['from'], after.fromMs - 5 * MINUTE);
    near((await fixture.state())['until'], after.untilMs - 5 * MINUTE);
    const edge = (await page.locator('.brush.b .edge.until').boundingBox())!;
    await page.mouse.move(edge.x + 4, edge.y + 40);
    await page.mouse.down();
    await page.mouse.move(edge.x - 20, edge.y + 40);
    const { x, y } = await pointAt(after.fromMs);
    await page.mouse.move(x, y);
    await page.mouse.up();
    near((await fixture.state())['until'], after.fromMs);
  });

  it('tells the time and the largest values under the pointer', async () => {
    await openAll();
    const { x, y } = await pointAt(before.fromMs + 3 * MINUTE);
    await fixture.page.mouse.move(x, y);
    const tooltip = fixture.page.getByRole('tooltip').filter({ visible: true });
    const text = await tooltip.innerText();
    expect(text).toMatch(/^2026-03-01 \d\d:0[23]:\d\d – /);
    expect(text).toMatch(/UTC/);
    expect(text).toMatch(/node\s+0\.\d+ CPUs/);
    expect(text).toMatch(/Together\s+0\.\d+ CPUs$/);
    await fixture.shot('timeline-hover');
  });

  it('goes by keys: arrows move, Shift resizes, + and - zoom', async () => {
    await openDrawn(`${recordedWindow('after')}${RANGE}`);
    const { page } = fixture;
    await brush().focus();
    await page.keyboard.press('ArrowLeft');
    expect(await fixture.state()).toMatchObject({
      from: String(after.fromMs - MINUTE),
      until: String(after.untilMs - MINUTE),
    });
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await fixture.state()).toMatchObject({ until: String(after.untilMs - 2 * MINUTE) });
    await page.keyboard.press('+');
    const zoomed = await fixture.state();
    expect(Number(zoomed['rangeUntil']) - Number(zoomed['rangeFrom'])).toBe(10 * MINUTE);
    await page.keyboard.press('-');
    await page.keyboard.press('-');
    const wide = await fixture.state();
    expect(Number(wide['rangeUntil']) - Number(wide['rangeFrom'])).toBe(40 * MINUTE);
    expect(await brush().evaluate((element) => element === document.activeElement)).toBe(true);
  });

  it('filters to a process of the legend', async () => {
    await openAll();
    const { page } = fixture;
    await page.locator('#layers button', { hasText: 'postgres' }).click();
    await page.getByRole('menuitem', { name: 'Filter to this' }).click();
    expect(await fixture.state()).toMatchObject({ query: '{comm="postgres"}' });
    await expect.poll(() => page.locator('#layers button').count()).toBe(1);
  });

  it('is stacked by another label when grouped by it, and ends at the peak when asked', async () => {
    await openAll();
    const { page } = fixture;
    await page.getByLabel('Group by').selectOption('container');
    await page.locator('#layers button', { hasText: 'shop-web' }).waitFor();
    await page.getByRole('button', { name: 'Peak' }).click();
    expect(await fixture.state()).toMatchObject({ group: 'container', scale: 'peak' });
    await fixture.shot('timeline-container');
  });

  it('says that nothing was sampled where nothing was', async () => {
    await openDrawn(recordedWindow('before'));
    const box = (await fixture.page.locator('#timeline .u-over').boundingBox())!;
    // A third of the range lies before the first sample.
    await fixture.page.mouse.move(box.x + box.width / 6, box.y + 50);
    const tooltip = fixture.page.getByRole('tooltip').filter({ visible: true });
    expect(await tooltip.innerText()).toContain('No samples');
  });
});
