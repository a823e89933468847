// Choosing a window, in a real browser: by name, by its times, by the browser's history.
import { describe, expect, it } from 'vitest';
import { usePage } from '../support/page-fixture.ts';

const fixture = usePage();
const label = () => fixture.page.locator('#window-text').textContent();

async function openBox(from: string, until: string): Promise<void> {
  const { page } = fixture;
  await page.locator('#window').click();
  await page.getByLabel('From').fill(from);
  await page.getByLabel('Until').fill(until);
}

describe('a window by name', () => {
  it.each([
    ['5 m', {}, 'Last 5 minutes'],
    ['15 m', { from: 'now-15m' }, 'Last 15 minutes'],
    ['1 h', { from: 'now-1h' }, 'Last hour'],
    ['6 h', { from: 'now-6h' }, 'Last 6 hours'],
    ['24 h', { from: 'now-24h' }, 'Last 24 hours'],
    ['7 d', { from: 'now-7d' }, 'Last 7 days'],
  ])('is the last %s', async (name, state, text) => {
    await fixture.open();
    const button = fixture.page.locator('#windows').getByRole('button', { name, exact: true });
    await button.click();
    expect(await fixture.state()).toEqual(state);
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    expect(await label()).toBe(text);
  });

  it('is gone back to and forward from by the browser', async () => {
    await fixture.open();
    const { page } = fixture;
    await page.getByRole('button', { name: '1 h', exact: true }).click();
    await page.getByRole('button', { name: '24 h', exact: true }).click();
    await page.goBack();
    expect(await label()).toBe('Last hour');
    await page.goBack();
    expect(await label()).toBe('Last 5 minutes');
    await page.goForward();
    expect(await label()).toBe('Last hour');
  });
});

describe('a window by its times', () => {
  it('is typed in local time, told in UTC, and shown as times people read', async () => {
    await fixture.newPage({ timezoneId: 'Asia/Kolkata' });
    await fixture.open();
    const { page } = fixture;
    await openBox('2026-03-01 15:30', '2026-03-01 15:40:30');
    expect(await page.locator('#window-zone').textContent()).toMatch(
      /^Asia\/(Kolkata|Calcutta), UTC\+05:30$/,
    );
    expect(await page.locator('#window-utc').textContent()).toBe('2026-03-01 10:00:00 – 10:10:30 UTC');
    await fixture.shot('window-box');
    await page.getByRole('button', { name: 'Show this window' }).click();
    expect(await fixture.state()).toEqual({ from: '1772359200000', until: '1772359830000' });
    expect(await label()).toBe('2026-03-01 15:30:00 – 15:40:30');
    expect(await page.locator('#window-text-more').textContent()).toMatch(
      /^Asia\/(Kolkata|Calcutta) · 10:00 – 10:10:30 UTC$/,
    );
    expect(await page.locator('#window').getAttribute('title')).toContain('UTC+05:30');
    // What was typed is there to be changed.
    await page.locator('#window').click();
    expect(await page.getByLabel('From').inputValue()).toBe('2026-03-01 15:30:00');
  });

  it('says which of them is none, and stays as it was', async () => {
    await fixture.open();
    const { page } = fixture;
    await openBox('noon', 'now');
    await page.keyboard.press('Enter');
    expect(await page.locator('#window-error').textContent()).toBe('"noon" is not a time.');
    await page.getByLabel('From').fill('now');
    await page.getByLabel('Until').fill('now-5m');
    await page.keyboard.press('Enter');
    expect(await page.locator('#window-error').textContent()).toBe('The window must end after it begins.');
    expect(await fixture.state()).toEqual({});
    await page.keyboard.press('Escape');
    expect(await page.locator('#window-box').isVisible()).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('window');
  });

  it('may be malformed in the address: then the server says how', async () => {
    const { page, server } = fixture;
    await page.goto(`${server.url}/?from=yesterday`);
    await page.locator('#notice.error').waitFor();
    expect(await page.locator('#notice').textContent()).toMatch(/from: "yesterday" is not a time/);
    await fixture.shot('bad-time');
    await page.getByRole('button', { name: '15 m', exact: true }).click();
    await fixture.frame('all').waitFor();
    expect(await fixture.state()).toEqual({ from: 'now-15m' });
    expect(fixture.takeComplaints()).toEqual([expect.stringContaining('400 (Bad Request)')]);
  });

  it('says why it is empty', async () => {
    const { page, server } = fixture;
    await page.goto(`${server.url}/?query=%7Bcomm%3D%22nobody%22%7D`);
    await page.locator('#notice h2', { hasText: 'No samples in this window' }).waitFor();
    await expect
      .poll(() => page.locator('#notice p').textContent())
      .toBe('No sample matches {comm="nobody"}.');
    await fixture.shot('page-empty');
  });
});

describe('live', () => {
  it('looks again by itself, and waits while somebody reads', async () => {
    await fixture.open('?live=1');
    const { page } = fixture;
    let asked = 0;
    page.on('request', (request) => (asked += Number(request.url().includes('/flamegraph'))));
    await fixture.frame('escapeHtml').hover();
    await page.waitForTimeout(6000);
    expect(asked).toBe(0);
    await page.mouse.move(5, 5);
    await expect.poll(() => asked, { timeout: 7000 }).toBeGreaterThan(0);
    expect(await page.getByRole('button', { name: 'Live' }).getAttribute('aria-pressed')).toBe('true');
  });
});
