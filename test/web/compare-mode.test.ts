// Comparing two windows in a real browser, on recorded data: what a release between them did.
import { describe, expect, it } from 'vitest';
import { STACK_ITEMS } from '../support/menu-items.ts';
import { serveRecorded, recordedWindow, usePage } from '../support/page-fixture.ts';
import { RECORDED_WINDOWS } from '../support/recorded-data.ts';

const fixture = usePage(serveRecorded);
const { before, after } = RECORDED_WINDOWS;
const COMPARE = `${recordedWindow('after')}&mode=compare`;

async function openCompare(more = ''): Promise<void> {
  const { page, server } = fixture;
  await page.goto(`${server.url}/${COMPARE}${more}`);
  await page.locator('#compare g.frame').first().waitFor();
}

/** Parameters of the last request for a difference. */
async function asked(act: () => Promise<unknown>): Promise<Record<string, string>> {
  const request = fixture.page.waitForRequest('**/api/v1/diff*');
  await act();
  return Object.fromEntries(new URL((await request).url()).searchParams);
}

const brush = (name: string) => fixture.page.getByRole('slider', { name });

describe('a comparison', () => {
  it('begins with the same length right before, and shows both on the timeline', async () => {
    const { page } = fixture;
    await fixture.open(recordedWindow('after'));
    const params = await asked(() => page.getByRole('button', { name: 'Compare' }).click());
    expect(params).toMatchObject({
      ...{ leftFrom: String(before.fromMs), leftUntil: String(before.untilMs) },
      ...{ rightFrom: String(after.fromMs), rightUntil: String(after.untilMs), normalize: 'share' },
    });
    await page.locator('#compare').getByText('escapeHtml').first().waitFor();
    expect(await brush('A before').isVisible()).toBe(true);
    expect(await brush('B after').isVisible()).toBe(true);
    expect(await page.locator('#base-window').textContent()).toMatch(/^2026-03-01 .* – /);
    await fixture.shot('compare-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await fixture.shot('compare-dark');
    await page.getByRole('button', { name: 'Explore' }).click();
    await fixture.frame('escapeHtml').waitFor();
    expect(await fixture.state()).not.toHaveProperty('mode');
  });

  it('takes each window by a drag: A first, then B', async () => {
    await openCompare(`&rangeFrom=${before.fromMs}&rangeUntil=${after.untilMs}`);
    const { page } = fixture;
    const box = (await page.locator('#timeline .u-over').boundingBox())!;
    const drag = async (from: number, until: number) => {
      await page.mouse.move(box.x + from * box.width, box.y + 60);
      await page.mouse.down();
      await page.mouse.move(box.x + ((from + until) / 2) * box.width, box.y + 60);
      await page.mouse.move(box.x + until * box.width, box.y + 60);
      await page.mouse.up();
    };
    await drag(0.1, 0.2);
    const minute = async (name: string) =>
      Math.round((Number((await fixture.state())[name]) - before.fromMs) / 60_000);
    expect([await minute('baseFrom'), await minute('baseUntil')]).toEqual([2, 4]);
    await drag(0.6, 0.7);
    expect([await minute('from'), await minute('until')]).toEqual([12, 14]);
    expect([await minute('baseFrom'), await minute('baseUntil')]).toEqual([2, 4]);
    await page.getByRole('button', { name: 'A before' }).click();
    await drag(0.3, 0.35);
    expect([await minute('baseFrom'), await minute('from')]).toEqual([6, 12]);
  });

  it('moves each window by keys', async () => {
    await openCompare();
    await brush('A before').focus();
    await fixture.page.keyboard.press('ArrowLeft');
    expect(await fixture.state()).toMatchObject({ baseFrom: String(before.fromMs - 60_000) });
  });

  it('has presets for the base, and a selector of its own', async () => {
    await openCompare();
    const { page } = fixture;
    const day = 86_400_000;
    const yesterday = await asked(() => page.getByLabel('Base', { exact: true }).selectOption('yesterday'));
    expect(yesterday['leftFrom']).toBe(String(after.fromMs - day));
    await page.locator('#notice', { hasText: 'There are no samples in the base (A, before)' }).waitFor();
    await fixture.shot('compare-empty');
    await page.getByLabel('Base', { exact: true }).selectOption('before');
    await page.locator('#compare g.frame').first().waitFor();
    expect(await fixture.state()).not.toHaveProperty('baseFrom');
    await page.getByLabel('Filter of A').fill('{comm="node"}');
    const own = await asked(() => page.keyboard.press('Enter'));
    expect(own['leftQuery']).toBe('{comm="node"}');
    expect(own).not.toHaveProperty('rightQuery');
  });

  it('compares shares, CPUs or CPU time, in the widths of either side', async () => {
    await openCompare();
    const { page } = fixture;
    const cpus = await asked(() => page.locator('#normalize').getByRole('button', { name: 'CPUs' }).click());
    expect(cpus['normalize']).toBe('core-seconds');
    const width = () => page.locator('#compare g.frame[name="parseLegacy"]').count();
    await page.locator('#widths').getByRole('button', { name: 'Before' }).click();
    expect(await width()).toBe(1);
    await page.locator('#widths').getByRole('button', { name: 'After' }).click();
    await expect.poll(width).toBe(0);
    expect(await fixture.state()).toMatchObject({ normalize: 'core-seconds', widths: 'after' });
  });

  it('searches, zooms and sorts, all in the address', async () => {
    await openCompare();
    const { page } = fixture;
    await page.locator('#search').fill('escapeHtml');
    await page.locator('.diff-match', { hasText: /5\.0 % before, 15\.0 % after/ }).waitFor();
    await page.locator('#compare g.frame[name="renderTemplate"]').first().click();
    expect(Object.keys(await fixture.state())).toEqual(expect.arrayContaining(['zoom', 'search']));
    await page.keyboard.press('Escape');
    expect(await fixture.state()).not.toHaveProperty('zoom');
    await page.locator('.diff-rows').getByRole('button', { name: 'Function' }).click();
    expect(await fixture.state()).toHaveProperty('diffSort');
  });

  it('offers a closer look at a frame, also in one of the two windows', async () => {
    await openCompare();
    const { page } = fixture;
    const open = (name: string) =>
      page.locator(`#compare g.frame[name="${name}"]`).first().click({ button: 'right' });
    const items = async () =>
      (await page.getByRole('menuitem').allInnerTexts()).map((text) => text.split('\n')[0]);
    const choose = (name: string) => page.getByRole('menuitem', { name }).click();
    await open('parseLegacy');
    // Only met before: there is nothing to show of it in B.
    expect(await items()).toEqual([
      'Zoom in',
      'Show in A, before',
      'Search for this name',
      ...STACK_ITEMS,
      'Copy name',
    ]);
    await page.keyboard.press('Escape');
    await open('renderTemplate');
    await fixture.shot('compare-menu');
    await choose('Search for this name');
    expect(await fixture.state()).toMatchObject({ mode: 'compare', search: 'renderTemplate' });
    await open('renderTemplate');
    await choose('Show in A, before');
    await fixture.frame('parseLegacy').waitFor();
    const shown = await fixture.state();
    expect(shown).toMatchObject({ from: String(before.fromMs), until: String(before.untilMs) });
    expect(shown['root']).toMatch(/^node;_start;main;.*;renderTemplate$/);
    expect(shown).not.toHaveProperty('mode');
    await page.goBack();
    await open('renderTemplate');
    await choose('Show in B, after');
    await fixture.frame('renderMarkdown').waitFor();
    expect((await fixture.state())['from']).toBe(String(after.fromMs));
  });

  it('filters both windows to a process', async () => {
    await openCompare();
    const { page } = fixture;
    await page.locator('#compare g.frame[name="node"]').first().click({ button: 'right' });
    const params = await asked(() => page.getByRole('menuitem', { name: 'Filter to this' }).click());
    expect(params).toMatchObject({ leftQuery: '{comm="node"}', rightQuery: '{comm="node"}' });
  });

  it('gives pprof both windows', async () => {
    await openCompare();
    const { page, server } = fixture;
    await page.getByRole('button', { name: 'Export' }).click();
    expect(await page.locator('#pprof-command').textContent()).toBe(
      `go tool pprof -diff_base '${server.url}/api/v1/profile?from=${before.fromMs}&until=${before.untilMs}' ` +
        `'${server.url}/api/v1/profile?from=${after.fromMs}&until=${after.untilMs}'`,
    );
    expect(await page.locator('#download-base').isVisible()).toBe(true);
  });
});
