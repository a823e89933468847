// Filtering in a real browser, on recorded data: by choosing values, by chips, by text.
import { describe, expect, it } from 'vitest';
import { recordedWindow, serveRecorded, usePage } from '../support/page-fixture.ts';

const fixture = usePage(serveRecorded);
const query = async () => (await fixture.state())['query'];
const chips = () => fixture.page.locator('.filter-chip').allInnerTexts();
const values = () => fixture.page.locator('#picker-values .name');

async function openPicker(): Promise<void> {
  await fixture.open(recordedWindow('after'));
  await fixture.page.keyboard.press('f');
  await values().first().waitFor();
}

describe('choosing a value', () => {
  it('offers what the window has, most samples first, with their number', async () => {
    await openPicker();
    const { page } = fixture;
    expect(await values().first().textContent()).toBe('node');
    expect(await page.locator('#picker-values .count').first().textContent()).toMatch(/^\d+,\d{3}$/);
    await fixture.shot('filter-picker');
    await page.locator('#picker-labels').getByRole('button', { name: 'container' }).click();
    await expect.poll(() => values().allTextContents()).toContain('shop-web');
  });

  it('finds as one types, and takes the first by Enter', async () => {
    await openPicker();
    const { page } = fixture;
    await page.keyboard.type('POSTG');
    expect(await values().allTextContents()).toEqual(['postgres']);
    await page.keyboard.press('Enter');
    expect(await query()).toBe('{comm="postgres"}');
    await expect.poll(() => fixture.frame('node').count()).toBe(0);
    expect(await chips()).toEqual([expect.stringMatching(/^comm = postgres/)]);
  });

  it('says where nothing matches', async () => {
    await openPicker();
    await fixture.page.keyboard.type('no such process');
    expect(await fixture.page.locator('#picker-note').textContent()).toBe('No value matches.');
  });

  it('leaves a value out', async () => {
    await openPicker();
    await fixture.page.getByRole('button', { name: 'Leave node out' }).click();
    expect(await query()).toBe('{comm!="node"}');
    await expect.poll(() => fixture.frame('node').count()).toBe(0);
  });

  it('is walked by the arrow keys', async () => {
    await openPicker();
    const { page } = fixture;
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const second = await values().nth(1).textContent();
    await page.keyboard.press('Enter');
    expect(await query()).toBe(`{comm="${second!}"}`);
  });

  it('is not offered for what leaf frames are grouped by, which the graph and the timeline show', async () => {
    await fixture.open(recordedWindow('after'), 'renderTemplate');
    const { page } = fixture;
    await page.locator('#group').selectOption('function');
    await page.locator('#layers', { hasText: 'escapeHtml' }).waitFor();
    expect(await fixture.state()).toMatchObject({ group: 'function' });
    await fixture.shot('group-by-function');
  });

  it('counts under the other conditions', async () => {
    await fixture.open(`${recordedWindow('after')}&query=%7Bcomm%3D%22postgres%22%7D`);
    const { page } = fixture;
    await page.keyboard.press('f');
    await page.locator('#picker-labels').getByRole('button', { name: 'user', exact: true }).click();
    await expect.poll(() => values().allTextContents()).toEqual(['postgres']);
    await values().first().click();
    expect(await query()).toBe('{comm="postgres", user="postgres"}');
    expect(await chips()).toHaveLength(2);
  });
});

describe('chips and text', () => {
  it('agree: a chip is turned and removed, the text is edited', async () => {
    await fixture.open(`${recordedWindow('after')}&query=%7Bcomm%3D%22node%22%7D`, 'renderTemplate');
    const { page } = fixture;
    await page.locator('.filter-chip').getByRole('button', { name: 'comm = node', exact: true }).click();
    expect(await query()).toBe('{comm!="node"}');
    await page.getByRole('button', { name: 'Edit the filter as text' }).click();
    const text = page.getByLabel('Filter as text', { exact: true });
    expect(await text.inputValue()).toBe('{comm!="node"}');
    await text.fill('{user="root", comm!="a\\"b"}');
    await page.keyboard.press('Enter');
    expect(await query()).toBe('{user="root", comm!="a\\"b"}');
    await page.getByRole('button', { name: 'Edit the filter as text' }).click();
    expect((await chips()).map((chip) => chip.replace(/\s+/g, ' '))).toEqual([
      expect.stringMatching(/^user = root/),
      expect.stringMatching(/^comm ≠ a"b/),
    ]);
    await page.getByRole('button', { name: 'Remove user = root' }).click();
    await page.getByRole('button', { name: 'Remove comm ≠ a"b' }).click();
    expect(await query()).toBeUndefined();
    expect(await page.locator('#chips').innerText()).toBe('everything');
  });

  it('agree about regular expressions and sets too', async () => {
    await fixture.open(recordedWindow('after'), 'renderTemplate');
    const { page } = fixture;
    await page.getByRole('button', { name: 'Edit the filter as text' }).click();
    await page
      .getByLabel('Filter as text', { exact: true })
      .fill('{comm=~"no.*|x", user notin ("ci", "me")}');
    await page.keyboard.press('Enter');
    await expect.poll(() => fixture.frame('postgres').count()).toBe(0);
    await page.getByRole('button', { name: 'Edit the filter as text' }).click();
    expect((await chips()).map((chip) => chip.split('\n')[0])).toEqual([
      'comm =~ no.*|x',
      'user not in ci, me',
    ]);
    await fixture.shot('filter-patterns');
    await page.locator('.filter-chip').getByRole('button', { name: 'comm =~ no.*|x', exact: true }).click();
    expect(await query()).toBe('{comm!~"no.*|x", user notin ("ci", "me")}');
    await fixture.frame('postgres').first().waitFor();
    expect(await fixture.frame('node').count()).toBe(0);
  });

  it('says what is wrong with a text and leaves the graph alone', async () => {
    await fixture.open(recordedWindow('after'));
    const { page } = fixture;
    await page.getByRole('button', { name: 'Edit the filter as text' }).click();
    await page.getByLabel('Filter as text', { exact: true }).fill('{colour="red"}');
    await page.keyboard.press('Enter');
    const error = page.locator('#filter-error');
    await error.waitFor();
    expect(await error.textContent()).toMatch(/unknown label 'colour' at column 2/);
    expect(await fixture.frame('escapeHtml').count()).toBe(1);
    await fixture.shot('filter-error');
    // The browser itself reports the refused requests.
    expect(fixture.takeComplaints().every((text) => text.includes('400 (Bad Request)'))).toBe(true);
  });
});
