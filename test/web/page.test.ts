// The page in a real browser: what is there whatever is looked at. Screenshots land in test-results/.
import { describe, expect, it } from 'vitest';
import { serve } from '../../src/server/serve.ts';
import { IDLE_SERVICE, fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { usePage } from '../support/page-fixture.ts';

const fixture = usePage();

describe('the line at the bottom', () => {
  it('always shows rate, overhead, lost and unnamed shares, and whether the ticks add up', async () => {
    await fixture.open();
    const { page } = fixture;
    await page.locator('#status-facts .fact').nth(4).waitFor();
    expect(await page.locator('#status-facts').innerText()).toMatch(
      /Rate 99 Hz\s+Overhead 0\.37 % of a CPU\s+Lost 0\.04 %\s+Unnamed 4\.0 %\s+Ticks all accounted for/,
    );
    expect(await page.locator('#host').textContent()).toBe('build-7');
    expect(await page.getByRole('link', { name: 'Status' }).getAttribute('href')).toBe('/api/v1/status');
  });

  it.each(['light', 'dark'] as const)(
    'tells behind the unnamed share what would name more (%s)',
    async (scheme) => {
      const { page } = fixture;
      await page.emulateMedia({ colorScheme: scheme });
      await fixture.open();
      await page.getByRole('button', { name: /^Unnamed/ }).click();
      const box = page.getByRole('dialog', { name: 'How well samples are named' });
      await box.waitFor();
      expect((await box.locator('.levels').innerText()).replace(/\s+/g, ' ')).toBe(
        'line 55.0 % function only 41.0 % object only 2.5 % nothing 1.5 %',
      );
      const rows = await box.locator('tbody tr').allInnerTexts();
      expect(rows.map((row) => row.split(/\t+/))).toEqual([
        ['29.0 %', 'libc.so.6', 'function only', 'sudo apt-get install libc6-dbg'],
        ['12.0 %', '[kernel.kallsyms]', 'function only', '–'],
        ['2.5 %', 'agent', 'object only', 'put its debug file at /usr/lib/debug/.build-id/ab/cdef.debug'],
      ]);
      const [inner, button] = [await box.boundingBox(), await page.locator('button.fact').boundingBox()];
      expect(inner!.y).toBeGreaterThan(0);
      expect(inner!.y + inner!.height).toBeLessThanOrEqual(button!.y);
      await fixture.shot(`coverage-${scheme}`);
      await page.keyboard.press('Escape');
      expect(await box.isVisible()).toBe(false);
    },
  );

  it('keeps the box, and the focus in it, while its figures are asked for again', async () => {
    await fixture.open();
    const { page } = fixture;
    await page.getByRole('button', { name: /^Unnamed/ }).click();
    const answered = page.waitForResponse('**/api/v1/status');
    await answered;
    await page.waitForTimeout(50);
    expect(await page.locator('#coverage-box').isVisible()).toBe(true);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toMatch(/^Unnamed/);
  });

  it.each([
    [1440, 900],
    [900, 700],
    [390, 844],
  ])('stays in sight at %d×%d', async (width, height) => {
    const { page } = fixture;
    await page.setViewportSize({ width, height });
    await fixture.open();
    const box = await page.locator('footer.status').boundingBox();
    expect(box!.y + box!.height).toBeCloseTo(height, 0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await fixture.shot(`page-${width}`);
  });

  it('says that no sampler runs where none does', async () => {
    const { page, webRoot } = fixture;
    const app = fakeApp({ store: fakeStore(), webRoot, service: IDLE_SERVICE });
    const idle = await serve(app, { host: '127.0.0.1', port: 0 });
    try {
      page.removeAllListeners('request');
      await page.goto(idle.url);
      await expect
        .poll(() => page.locator('#notice p').textContent())
        .toBe('Nothing is stored, and no sampler is running.');
      expect(await page.locator('#status-facts').innerText()).toContain('Sampler not running');
    } finally {
      // A page left open asks again, and a refused connection is an error of the page.
      await page.goto('about:blank');
      await idle.close();
    }
  });
});

describe('the connection', () => {
  it('leaves the last picture with a note when it is lost, and recovers by itself', async () => {
    await fixture.open();
    const { page, context } = fixture;
    await context.setOffline(true);
    await page.getByRole('button', { name: '15 m', exact: true }).click();
    const note = page.locator('#connection');
    await note.waitFor();
    expect(await note.textContent()).toMatch(
      /^The connection is lost\. This is the last picture, of .* – .*;/,
    );
    expect(await fixture.frame('escapeHtml').count()).toBe(1);
    await page.locator('#status-facts', { hasText: 'Server not reachable since' }).waitFor();
    await fixture.shot('connection-lost');
    await context.setOffline(false);
    await note.waitFor({ state: 'hidden' });
    await page.locator('#status-facts', { hasText: 'Server' }).waitFor({ state: 'hidden' });
    expect(fixture.takeComplaints().every((text) => text.includes('ERR_INTERNET_DISCONNECTED'))).toBe(true);
  });

  it('says so where there is no picture yet, and asks again with pauses', async () => {
    const { page } = fixture;
    let asked = 0;
    await page.route('**/api/v1/flamegraph*', (route) => {
      asked++;
      return route.abort();
    });
    await page.goto(fixture.server.url);
    await page.locator('#notice.error', { hasText: 'the server cannot be reached' }).waitFor();
    // Other routes answer, which must not make the page ask without a pause.
    await page.waitForTimeout(3000);
    expect(asked).toBeLessThan(6);
    await page.unroute('**/api/v1/flamegraph*');
    await fixture.frame('all').waitFor({ timeout: 20_000 }); // the pauses have become long by now
    fixture.takeComplaints();
  });

  it('tells what the server says of a failure, and tries again when told', async () => {
    const { page } = fixture;
    const json = { error: { code: 'internal', message: 'the request failed', hint: 'the log says why' } };
    await page.route('**/api/v1/flamegraph*', (route) => route.fulfill({ status: 500, json }));
    await page.goto(fixture.server.url);
    await page.locator('#notice.error', { hasText: 'the request failed (the log says why)' }).waitFor();
    await page.unroute('**/api/v1/flamegraph*');
    await page.getByRole('button', { name: 'Try again' }).click();
    await fixture.frame('all').waitFor();
    fixture.takeComplaints();
  });
});

describe('taking the window home', () => {
  it('hands it out as downloads and as a pprof command', async () => {
    await fixture.open();
    const { page, server } = fixture;
    await page.getByRole('button', { name: 'Export' }).click();
    const href = await page.locator('#download-pprof').getAttribute('href');
    expect(href).toMatch(/^\/api\/v1\/profile\?from=\d+&until=\d+$/);
    for (const format of ['folded', 'speedscope', 'html']) {
      expect(await page.locator(`#download-${format}`).getAttribute('href')).toBe(
        `${href!}&format=${format}`,
      );
    }
    await fixture.shot('export');
    await page.getByRole('button', { name: 'Copy pprof command' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toBe(`go tool pprof '${server.url}${href!}'`);
    await page.keyboard.press('Escape');
    expect(await page.locator('#export-box').isVisible()).toBe(false);
  });

  it('copies a link with absolute times', async () => {
    await fixture.open('?search=libc');
    const { page, server } = fixture;
    await page.getByRole('button', { name: 'Copy link' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const link = new URL(await page.evaluate(() => navigator.clipboard.readText()));
    expect(link.origin).toBe(server.url);
    const { from, until, search } = Object.fromEntries(link.searchParams);
    expect(search).toBe('libc');
    expect(Number(until) - Number(from)).toBe(300_000);
    expect(Math.abs(Date.now() - Number(until))).toBeLessThan(60_000);
  });
});

describe('looks and keys', () => {
  it('follow the system into the dark and let themselves be turned', async () => {
    const { page } = fixture;
    await page.emulateMedia({ colorScheme: 'dark' });
    await fixture.open();
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(await ground()).toBe('rgb(18, 20, 26)');
    await fixture.shot('page-dark');
    await page.getByRole('button', { name: /light and dark/ }).click();
    expect(await ground()).toBe('rgb(247, 245, 242)');
    expect(await fixture.state()).toEqual({ theme: 'light' });
    await page.keyboard.press('d');
    expect(await ground()).toBe('rgb(18, 20, 26)');
    expect(await fixture.state()).toEqual({});
  });

  it('lists the keys behind ?', async () => {
    await fixture.open();
    const { page } = fixture;
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog', { name: 'Keys' });
    await dialog.waitFor();
    expect(await dialog.innerText()).toMatch(/Shift F10/);
    await fixture.shot('keys');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    expect(await fixture.state()).toEqual({});
  });

  it('change the view: t, i, c, l', async () => {
    await fixture.open();
    const { page } = fixture;
    await page.keyboard.press('t');
    await page.keyboard.press('i');
    await page.keyboard.press('l');
    expect(await fixture.state()).toEqual({ panes: 'both', view: 'flame', live: '1' });
    await page.keyboard.press('c');
    expect(await fixture.state()).toMatchObject({ mode: 'compare' });
    await page.keyboard.press('c');
    expect(await fixture.state()).not.toHaveProperty('mode');
  });
});
