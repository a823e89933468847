// The flame graph in a real browser, on a host with known answers.
import { describe, expect, it } from 'vitest';
import type { FlamegraphBody } from '../../web/src/api.ts';
import { STACK_ITEMS } from '../support/menu-items.ts';
import { usePage } from '../support/page-fixture.ts';

const fixture = usePage();
const frame = (name: string) => fixture.frame(name);
const menuItem = (name: string) => fixture.page.getByRole('menuitem', { name });

async function openMenu(name: string): Promise<void> {
  await frame(name).first().click({ button: 'right' });
  await fixture.page.getByRole('menu').waitFor();
}

describe('the flame graph', () => {
  it('draws every frame as wide as its share', async () => {
    await fixture.open();
    const whole = await fixture.widthOf('all');
    expect((await fixture.widthOf('postgres')) / whole).toBeCloseTo(2275 / 10_000, 3);
    expect((await fixture.widthOf('escapeHtml')) / whole).toBeCloseTo(620 / 10_000, 3);
    expect(await fixture.page.locator('#totals').textContent()).toBe(
      '0.33 CPUs busy on average · 1 m 40 s of CPU time · 10,000 samples',
    );
    expect((await fixture.page.locator('#legend').innerText()).replace(/\s+/g, ' ')).toBe(
      'Kernel 13.1 % Native 71.8 % JIT 13.6 % Not walked 1.5 %',
    );
    await fixture.shot('page-light');
  });

  it('zooms into a frame by click, keeps that in the address, and comes back by Esc', async () => {
    await fixture.open();
    const { page } = fixture;
    const whole = await fixture.widthOf('all');
    await frame('PortalRun').click();
    expect(await fixture.widthOf('PortalRun')).toBe(whole);
    expect(await frame('escapeHtml').count()).toBe(0);
    expect(Object.keys(await fixture.state())).toEqual(['zoom']);
    await fixture.shot('page-zoomed');
    await page.reload();
    await frame('PortalRun').waitFor();
    expect(await fixture.widthOf('PortalRun')).toBe(whole);
    expect(await page.getByRole('button', { name: 'Reset zoom' }).isEnabled()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await frame('escapeHtml').count()).toBe(1);
    expect(await fixture.state()).toEqual({});
    await page.goBack();
    expect(await fixture.widthOf('PortalRun')).toBe(whole);
  });

  it('searches functions and objects and tells their share', async () => {
    await fixture.open();
    const { page } = fixture;
    await page.keyboard.press('/');
    await page.keyboard.type('LIBC.so');
    expect(await page.locator('#match').textContent()).toBe('48.4 % in 6 frames');
    await page.getByLabel('Search').fill('escapeHtml');
    expect(await page.locator('#match').textContent()).toBe('6.2 % in 1 frame');
    expect(await fixture.state()).toEqual({ search: 'escapeHtml' });
    await fixture.shot('page-search');
    await page.getByLabel('Search').fill('nothing like it');
    expect(await page.locator('#match').textContent()).toBe('no match');
  });

  it('tells function, object, self, total, share and count beside the pointer', async () => {
    await fixture.open();
    const { page } = fixture;
    await frame('ExecHashJoin').hover();
    const tooltip = page.getByRole('tooltip').filter({ visible: true });
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
    await fixture.shot('page-tooltip');
    await page.mouse.move(5, 5);
    expect(await tooltip.count()).toBe(0);
  });

  it('labels frames with short names, and tells whole names, file and line beside the pointer', async () => {
    const { page } = fixture;
    const whole = 'void std::vector<Tuple, std::allocator<Tuple>>::emplace_back<Tuple&>(Tuple&)';
    await page.route('**/api/v1/flamegraph*', async (route) => {
      const body = (await (await route.fetch()).json()) as FlamegraphBody;
      const name = body.names.indexOf('ExecHashJoin');
      const node = body.nodes.name.indexOf(name);
      body.names[name] = whole;
      body.nodes.file[node] = body.files.push('src/exec/hash.cc') - 1;
      body.nodes.line[node] = 120;
      await route.fulfill({ json: body });
    });
    await fixture.open('', 'std::vector<…>::emplace_back<…>');
    await frame('std::vector<…>::emplace_back<…>').first().hover();
    const tooltip = page.getByRole('tooltip').filter({ visible: true });
    await tooltip.waitFor();
    const text = await tooltip.innerText();
    expect(text.startsWith(`${whole}\n`)).toBe(true);
    expect(text).toMatch(/\nsrc\/exec\/hash\.cc:120\n/);
    await fixture.shot('page-tooltip-line');
    await page.unrouteAll({ behavior: 'wait' });
  });

  it('turns over between icicle and flame', async () => {
    await fixture.open();
    const top = async (name: string) => (await frame(name).first().boundingBox())!.y;
    expect(await top('all')).toBeLessThan(await top('postgres'));
    await fixture.page.getByRole('button', { name: 'Flame', exact: true }).click();
    expect(await fixture.state()).toEqual({ view: 'flame' });
    await expect.poll(async () => (await top('all')) > (await top('postgres'))).toBe(true);
    await fixture.shot('page-flame');
  });

  it('fits its place when that changes', async () => {
    await fixture.open();
    await fixture.page.setViewportSize({ width: 900, height: 700 });
    await expect.poll(() => fixture.widthOf('all')).toBeLessThan(900);
  });
});

describe('a cut', () => {
  it('says what it hid and shows it when asked', async () => {
    await fixture.open('?nodes=40');
    const { page } = fixture;
    const cut = page.locator('#cut');
    expect(await cut.textContent()).toMatch(
      /smallest frames are not shown; [\d.]+ % of CPU time ends in them/,
    );
    await page.getByLabel('Search').fill('ExecHashJoin');
    expect(await page.locator('#match').textContent()).toBe('≥ 15.6 % in 1 frame');
    expect(await page.locator('#legend').innerText()).toMatch(/Not shown\s+\d/);
    const before = await page.locator('#chart g.frame').count();
    await page.getByRole('button', { name: 'Show them' }).click();
    await cut.waitFor({ state: 'hidden' });
    expect(await page.locator('#chart g.frame').count()).toBeGreaterThan(before);
  });

  it('is opened below the frame zoomed into, by asking from there', async () => {
    await fixture.open('?nodes=40');
    const { page } = fixture;
    expect(await frame('strcoll_l').count()).toBe(0);
    await frame('PortalRun').click();
    const offer = page.getByRole('button', { name: 'Show all frames below' });
    await offer.waitFor();
    expect(await page.locator('#path').innerText()).toMatch(
      /[\d.]+ % of PortalRun is in callees that are not shown/,
    );
    await offer.click();
    await frame('strcoll_l').waitFor();
    expect((await fixture.state())['root']).toMatch(/^postgres;_start;main;.*;PortalRun$/);
    expect(await page.locator('#totals').textContent()).toMatch(/20\.5 % through this path$/);
    await fixture.shot('page-path');
    await page.locator('#path').getByRole('button', { name: 'postgres', exact: true }).click();
    await frame('pg_plan_query').waitFor();
    expect((await fixture.state())['root']).toBe('postgres');
    await page.keyboard.press('Escape');
    expect(await fixture.state()).toEqual({ nodes: '40' });
  });
});

describe('the menu of a frame', () => {
  it('offers what can be done with a function', async () => {
    await fixture.open();
    const { page } = fixture;
    await openMenu('ExecHashJoin');
    expect(await page.getByRole('menuitem').allInnerTexts()).toEqual([
      'Zoom in',
      expect.stringMatching(/^Only stacks through this path/),
      'Find in the table',
      'Search for this name',
      ...STACK_ITEMS,
      'Copy name',
    ]);
    await fixture.shot('page-menu');
    await menuItem('Copy name').click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('ExecHashJoin');
    await openMenu('ExecHashJoin');
    await menuItem('Search for this name').click();
    expect(await fixture.state()).toEqual({ search: 'ExecHashJoin' });
  });

  it('keeps only stacks through a path', async () => {
    await fixture.open();
    await openMenu('PortalRun');
    await menuItem('Only stacks through').click();
    await expect.poll(() => frame('escapeHtml').count()).toBe(0);
    expect(await frame('ExecSort').count()).toBe(1);
  });

  it('leaves functions out of stacks, and takes that back', async () => {
    await fixture.open();
    const { page } = fixture;
    await openMenu('escapeHtml');
    await menuItem('Hide this function').click();
    await expect.poll(() => frame('escapeHtml').count()).toBe(0);
    expect(await fixture.state()).toEqual({ hide: '^escapeHtml$' });
    await openMenu('ExecHashJoin');
    await menuItem('Only stacks with this function').click();
    expect(await fixture.state()).toEqual({ hide: '^escapeHtml$', focus: '^ExecHashJoin$' });
    await expect.poll(() => frame('node').count()).toBe(0);
    const chips = page.locator('#stack-chips .filter-chip');
    expect((await chips.allInnerTexts()).map((text) => text.split('\n')[0])).toEqual([
      'stacks with ^ExecHashJoin$',
      'hidden: ^escapeHtml$',
    ]);
    await fixture.shot('page-stack-filters');
    await page.getByRole('button', { name: 'Remove stacks with' }).click();
    await page.getByRole('button', { name: 'Remove hidden' }).click();
    await frame('escapeHtml').waitFor();
    expect(await fixture.state()).toEqual({});
  });

  it('says what is wrong with a filter of the address, and that nothing passes one', async () => {
    const { page } = fixture;
    await page.goto(`${fixture.server.url}/?focus=(`);
    await page.locator('#filter-error', { hasText: /^focus: missing something/ }).waitFor();
    // The browser itself reports the refused request.
    expect(fixture.takeComplaints().every((text) => text.includes('400 (Bad Request)'))).toBe(true);
    await page.goto(`${fixture.server.url}/?focus=nothing`);
    await page.getByText('No stack passes the filters.').waitFor();
  });

  it('finds the function in the table', async () => {
    await fixture.open();
    const { page } = fixture;
    await openMenu('ExecHashJoin');
    await menuItem('Find in the table').click();
    const row = page.locator('#functions-rows tr[aria-selected="true"]');
    await row.waitFor();
    expect(await row.innerText()).toContain('ExecHashJoin');
    expect((await fixture.state())['panes']).toBe('both');
  });

  it('filters to a group, or leaves it out', async () => {
    await fixture.open();
    await openMenu('postgres');
    await menuItem('Filter to this').click();
    await expect.poll(() => frame('escapeHtml').count()).toBe(0);
    expect(await fixture.state()).toEqual({ query: '{comm="postgres"}' });
    await fixture.page.goBack();
    await frame('escapeHtml').waitFor();
    await openMenu('postgres');
    await menuItem('Leave this out').click();
    await expect.poll(() => frame('PortalRun').count()).toBe(0);
    expect(await fixture.state()).toEqual({ query: '{comm!="postgres"}' });
  });

  it('goes by keys: arrows walk the frames, Enter opens it, Esc gives the focus back', async () => {
    await fixture.open();
    const { page } = fixture;
    await page.locator('#chart').focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
    expect(await page.locator('#frame-announce').textContent()).toMatch(/^_start: 44\.\d % of CPU time/);
    expect(await page.locator('#chart g.frame.cursor').getAttribute('name')).toBe('_start');
    await page.keyboard.press('Enter');
    await page.getByRole('menu').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('menu').count()).toBe(0);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('chart');
    await page.keyboard.press('Space');
    expect(await fixture.state()).toHaveProperty('zoom');
  });
});
