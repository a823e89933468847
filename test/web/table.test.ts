// The table of functions in a real browser, on recorded data with known answers.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatShare } from '../../web/src/format.ts';
import { recordedWindow, serveRecorded, usePage } from '../support/page-fixture.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { recordedData } from '../support/recorded-data.ts';

const fixture = usePage(serveRecorded);
let recorded: RecordedData;
beforeAll(async () => {
  recorded = await recordedData();
});
afterAll(() => recorded.close());

const rows = () => fixture.page.locator('#functions-rows tr');
const functionNames = () => rows().locator('.function').allInnerTexts();

async function openTable(panes = 'both', more = ''): Promise<void> {
  const { page, server } = fixture;
  await page.goto(`${server.url}/${recordedWindow('after')}&panes=${panes}${more}`);
  await rows().first().waitFor();
}

describe('the table of functions', () => {
  it('has every function with its self and total shares, largest self time first', async () => {
    await openTable();
    const { functions, samples } = recorded.answers.after;
    expect(await rows().count()).toBe(functions.size);
    const heaviest = [...functions.values()].reduce((a, b) => (b.selfCount > a.selfCount ? b : a));
    const [self, total] = await rows().first().locator('.share').allInnerTexts();
    expect(await rows().first().locator('.function').innerText()).toBe(heaviest.name);
    expect(self!.trim()).toBe(formatShare(heaviest.selfCount / samples));
    expect(total!.trim()).toBe(formatShare(heaviest.totalCount / samples));
    await fixture.shot('table-both-light');
  });

  it('is sorted by its heads', async () => {
    await openTable('table');
    const { page } = fixture;
    await page.getByRole('columnheader', { name: 'Total' }).getByRole('button').click();
    const totals = [...recorded.answers.after.functions.values()].map(({ totalCount }) => totalCount);
    const most = Math.max(...totals) / recorded.answers.after.samples;
    await expect
      .poll(async () => (await rows().first().locator('.share').nth(1).innerText()).trim())
      .toBe(formatShare(most));
    expect((await fixture.state())['sort']).toBe('total');
    await page.getByRole('columnheader', { name: 'Function' }).getByRole('button').click();
    await page.locator('th[data-sort="name"][aria-sort="ascending"]').waitFor();
    const names = await functionNames();
    expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b, 'en')));
    await fixture.shot('table-light');
  });

  it('keeps what the search finds', async () => {
    await openTable();
    await fixture.page.locator('#search').fill('libc');
    const expected = [...recorded.answers.after.functions.values()].filter(({ name, object }) =>
      `${name} ${object}`.toLowerCase().includes('libc'),
    );
    expect((await functionNames()).toSorted()).toEqual(expected.map(({ name }) => name).toSorted());
    await fixture.page.locator('#search').fill('nothing like it');
    expect(await fixture.page.locator('#functions-foot').innerText()).toBe('No function matches.');
  });

  it('highlights the function of a row in the flame graph, until it is chosen again', async () => {
    await openTable();
    const { page } = fixture;
    const fill = () => fixture.frame('escapeHtml').first().locator('rect').getAttribute('fill');
    const plain = await fill();
    const row = rows().filter({ hasText: 'escapeHtml' });
    await row.click();
    expect(await row.getAttribute('aria-selected')).toBe('true');
    expect(await fill()).not.toBe(plain);
    expect(await page.locator('#match').textContent()).toBe('15.0 % in 1 frame');
    expect((await fixture.state())['pick']).toBe('[jit 1200]!escapeHtml');
    await page.reload();
    await rows().filter({ hasText: 'escapeHtml' }).click();
    expect(await fixture.state()).not.toHaveProperty('pick');
    expect(await fill()).toBe(plain);
  });

  it('goes by keys: arrows walk the rows, Enter chooses, Shift F10 opens the menu', async () => {
    await openTable();
    const { page } = fixture;
    await rows().first().focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await rows().nth(2).getAttribute('aria-selected')).toBe('true');
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menuitem', { name: 'Search for this name' }).click();
    const [name] = await functionNames();
    expect((await fixture.state())['search']).toBe(name);
  });

  it('counts what the flame graph shows where that begins at a path', async () => {
    await openTable();
    const { page } = fixture;
    await fixture.frame('renderTemplate').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Only stacks through this path' }).click();
    await expect.poll(async () => (await functionNames()).includes('tcp_sendmsg')).toBe(false);
    const graph = page.locator('#chart g.frame');
    const drawn = await graph.evaluateAll((all) => all.map((frame) => frame.getAttribute('name')!));
    expect(drawn).toContain('escapeHtml');
    const shown = await functionNames();
    expect(drawn.filter((name) => !shown.includes(name))).toEqual([]);
    const row = rows().filter({ hasText: 'renderTemplate' });
    expect((await row.locator('.share').allInnerTexts())[1]!.trim()).toBe('100.0 %');
    await page.keyboard.press('Escape');
    await expect.poll(async () => (await functionNames()).includes('tcp_sendmsg')).toBe(true);
  });

  it('says what it does not show, with its share', async () => {
    const { page } = fixture;
    await page.route('**/api/v1/top*', async (route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('limit', '5');
      await route.continue({ url: url.toString() });
    });
    await openTable('table');
    expect(await rows().count()).toBe(5);
    expect(await page.locator('#functions-foot').innerText()).toMatch(
      /^\d+ smaller functions were not asked for; \d+\.\d % of CPU time is their own\.$/,
    );
  });
});
