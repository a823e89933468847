// The page in a real browser, on a host with known answers: what is there whatever is looked at.
// Screenshots land in test-results/.
import { describe, expect, it } from 'vitest';
import { serve } from '../../src/server/serve.ts';
import { IDLE_SERVICE, fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { usePage } from '../support/page-fixture.ts';

const fixture = usePage();
const frame = (name: string) => fixture.frame(name);
const widthOf = (name: string) => fixture.widthOf(name);
const stateOf = () => fixture.state();
const open = (query?: string) => fixture.open(query);
const shot = (name: string) => fixture.shot(name);

describe('the flame graph', () => {
  it('draws every frame as wide as its share', async () => {
    await open();
    const whole = await widthOf('all');
    expect((await widthOf('postgres')) / whole).toBeCloseTo(2275 / 10_000, 3);
    expect((await widthOf('escapeHtml')) / whole).toBeCloseTo(620 / 10_000, 3);
    expect(await fixture.page.locator('#totals').textContent()).toBe(
      '0.33 CPUs busy on average · 1 m 40 s of CPU time · 10,000 samples',
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

    await fixture.page.reload();
    await frame('PortalRun').waitFor();
    expect(await widthOf('PortalRun')).toBe(whole);
    expect(await fixture.page.getByRole('button', { name: 'Reset zoom' }).isEnabled()).toBe(true);

    await fixture.page.keyboard.press('Escape');
    expect(await frame('escapeHtml').count()).toBe(1);
    expect(stateOf()).toEqual({});
    await fixture.page.goBack();
    expect(await widthOf('PortalRun')).toBe(whole);
  });

  it('searches functions and objects and tells their share', async () => {
    await open();
    await fixture.page.keyboard.press('/');
    await fixture.page.keyboard.type('LIBC.so');
    expect(await fixture.page.locator('#match').textContent()).toBe('48.4 % in 6 frames');
    await fixture.page.getByLabel('Search').fill('escapeHtml');
    expect(await fixture.page.locator('#match').textContent()).toBe('6.2 % in 1 frame');
    expect(stateOf()).toEqual({ search: 'escapeHtml' });
    await shot('page-search');
    await fixture.page.getByLabel('Search').fill('nothing like it');
    expect(await fixture.page.locator('#match').textContent()).toBe('no match');
  });

  it('tells function, object, self, total, share and count beside the pointer', async () => {
    await open();
    await frame('ExecHashJoin').hover();
    const tooltip = fixture.page.getByRole('tooltip');
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
    await fixture.page.mouse.move(5, 5);
    expect(await tooltip.isVisible()).toBe(false);
  });

  it('turns over between icicle and flame', async () => {
    await open();
    const top = async (name: string) => (await frame(name).first().boundingBox())!.y;
    expect(await top('all')).toBeLessThan(await top('postgres'));
    await fixture.page.getByRole('button', { name: 'Flame' }).click();
    expect(stateOf()).toEqual({ view: 'flame' });
    await expect.poll(async () => (await top('all')) > (await top('postgres'))).toBe(true);
    await shot('page-flame');
  });

  it('says what a cut hid and shows it when asked', async () => {
    await open('?nodes=40');
    const cut = fixture.page.locator('#cut');
    expect(await cut.textContent()).toMatch(
      /smallest frames are not shown; [\d.]+ % of CPU time ends in them/,
    );
    await fixture.page.getByLabel('Search').fill('ExecHashJoin');
    expect(await fixture.page.locator('#match').textContent()).toBe('≥ 15.6 % in 1 frame');
    expect(await fixture.page.locator('#legend').innerText()).toMatch(/Not shown\s+\d/);
    const before = await fixture.page.locator('g.frame').count();
    await fixture.page.getByRole('button', { name: 'Show them' }).click();
    await cut.waitFor({ state: 'hidden' });
    expect(await fixture.page.locator('g.frame').count()).toBeGreaterThan(before);
  });

  it('fits the window when that changes', async () => {
    await open();
    await fixture.page.setViewportSize({ width: 900, height: 700 });
    await expect.poll(() => widthOf('all')).toBeLessThan(900);
    await shot('page-narrow');
  });
});

describe('the window and the filter', () => {
  it('keeps to a selector and puts it into the address', async () => {
    await open();
    await fixture.page.getByLabel('Filter', { exact: true }).fill('{comm="postgres"}');
    await fixture.page.keyboard.press('Enter');
    await expect.poll(() => frame('escapeHtml').count()).toBe(0);
    expect(await fixture.page.locator('#totals').textContent()).toContain('2,275 samples');
    expect(stateOf()).toEqual({ query: '{comm="postgres"}' });
  });

  it('says what is wrong with a selector and leaves the graph alone', async () => {
    await open();
    await fixture.page.getByLabel('Filter', { exact: true }).fill('{colour="red"}');
    await fixture.page.keyboard.press('Enter');
    const error = fixture.page.getByRole('alert');
    await error.waitFor();
    expect(await error.textContent()).toMatch(/unknown label 'colour' at column 2/);
    expect(await frame('escapeHtml').count()).toBe(1);
    await shot('page-bad-selector');
    // The browser itself reports the refused request.
    expect(fixture.takeComplaints()).toEqual([expect.stringContaining('400 (Bad Request)')]);
  });

  it('says why a window is empty', async () => {
    await fixture.page.goto(`${fixture.server.url}/?query=%7Bcomm%3D%22nobody%22%7D`);
    const notice = fixture.page.locator('#notice h2', { hasText: 'No samples in this window' });
    await notice.waitFor();
    await expect
      .poll(() => fixture.page.locator('#notice p').textContent())
      .toBe('No sample matches {comm="nobody"}.');
    await shot('page-empty');
  });

  it('says which time it could not read', async () => {
    await fixture.page.goto(`${fixture.server.url}/?from=yesterday`);
    await fixture.page.locator('#notice.error').waitFor();
    expect(await fixture.page.locator('#notice').textContent()).toMatch(/from: "yesterday" is not a time/);
    await fixture.page.getByRole('button', { name: '15 min' }).click();
    await frame('all').waitFor();
    expect(stateOf()).toEqual({ from: 'now-15m' });
    expect(fixture.takeComplaints()).toEqual([expect.stringContaining('400 (Bad Request)')]);
  });

  it('stays usable when the server goes away', async () => {
    await open();
    await fixture.context.setOffline(true);
    await fixture.page.getByRole('button', { name: '1 h' }).click();
    await fixture.page.locator('#notice.error').waitFor();
    expect(await fixture.page.locator('#notice').textContent()).toContain('cannot be reached');
    await fixture.context.setOffline(false);
    await fixture.page.getByRole('button', { name: 'Try again' }).click();
    await frame('all').waitFor();
    expect(fixture.takeComplaints().every((text) => text.includes('ERR_INTERNET_DISCONNECTED'))).toBe(true);
  });
});

describe('around the graph', () => {
  it('always shows rate, overhead, lost and unnamed shares, and whether the ticks add up', async () => {
    await open();
    await fixture.page.locator('#status .fact').nth(4).waitFor();
    expect(await fixture.page.locator('#status').innerText()).toMatch(
      /Rate 99 Hz\s+Overhead 0\.37 % of a CPU\s+Lost 0\.04 %\s+Unnamed 4\.0 %\s+Ticks all accounted for/,
    );
    expect(await fixture.page.locator('#host').textContent()).toBe('build-7');
  });

  it('says that no sampler runs where none does', async () => {
    const store = fakeStore();
    const idle = await serve(fakeApp({ store, webRoot: fixture.webRoot, service: IDLE_SERVICE }), {
      host: '127.0.0.1',
      port: 0,
    });
    try {
      fixture.page.removeAllListeners('request');
      await fixture.page.goto(idle.url);
      await expect
        .poll(() => fixture.page.locator('#notice p').textContent())
        .toBe('Nothing is stored, and no sampler is running.');
      expect(await fixture.page.locator('#status').innerText()).toContain('Sampler not running');
    } finally {
      await idle.close();
    }
  });

  it('hands out the window shown as a download and as a pprof command', async () => {
    await open();
    const href = await fixture.page.getByRole('link', { name: 'Download pprof' }).getAttribute('href');
    expect(href).toMatch(/^\/api\/v1\/profile\?from=\d+&until=\d+$/);
    await fixture.page.getByRole('button', { name: 'Copy pprof command' }).click();
    await fixture.page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await fixture.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(`go tool pprof '${fixture.server.url}${href!}'`);
  });

  it('names the colours with their share of the CPU time', async () => {
    await open();
    expect((await fixture.page.locator('#legend').innerText()).replace(/\s+/g, ' ')).toBe(
      'Kernel 13.1 % Native 71.8 % JIT 13.6 % Not walked 1.5 %',
    );
  });

  it('follows the system into the dark and lets itself be turned', async () => {
    await fixture.page.emulateMedia({ colorScheme: 'dark' });
    await open();
    const ground = () => fixture.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(18, 20, 26)');
    await shot('page-dark');
    await fixture.page.getByRole('button', { name: /light and dark/ }).click();
    expect(await ground()).toBe('rgb(247, 245, 242)');
    expect(stateOf()).toEqual({ theme: 'light' });
    await fixture.page.getByRole('button', { name: /light and dark/ }).click();
    expect(await ground()).toBe('rgb(18, 20, 26)');
    expect(stateOf()).toEqual({});
  });
});
