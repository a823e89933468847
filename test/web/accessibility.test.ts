// axe-core looks at every state of the page, light and dark: nothing serious may be wrong.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordedWindow, serveRecorded, usePage } from '../support/page-fixture.ts';

const fixture = usePage(serveRecorded);
const AFTER = recordedWindow('after');
let axeSource: string;
beforeAll(async () => {
  axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
});

interface Violation {
  id: string;
  impact: string;
  nodes: { html: string }[];
}

/** Rule and elements of what axe finds at least serious. */
async function violations(): Promise<string[]> {
  const { page } = fixture;
  await page.evaluate(axeSource);
  const found = await page.evaluate<Violation[]>('axe.run().then(({ violations }) => violations)');
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}

const click = (name: string) => () => fixture.page.getByRole('button', { name, exact: true }).click();
const nothing = () => Promise.resolve();

/** Name, query string, what is done then, what is waited for. */
const STATES: readonly (readonly [string, string, () => Promise<unknown>, string])[] = [
  ['explore', AFTER, nothing, '#chart g.frame'],
  ['both', `${AFTER}&panes=both&pick=%5Bjit+1200%5D%21escapeHtml`, nothing, '#functions-rows tr'],
  ['functions', `${AFTER}&panes=table`, nothing, '#functions-rows tr'],
  ['heat map', `${AFTER}&heat=1`, nothing, '#heat-note:not(:empty)'],
  ['search', `${AFTER}&search=libc`, nothing, '#match:not([hidden])'],
  ['filtered', `${AFTER}&query=%7Bcomm%21%3D%22node%22%7D`, nothing, '.filter-chip'],
  ['compare', `${AFTER}&mode=compare`, nothing, '#compare g.frame'],
  ['empty', `${AFTER}&query=%7Bcomm%3D%22nobody%22%7D`, nothing, '#notice.empty'],
  ['window box', AFTER, () => fixture.page.locator('#window').click(), '#window-box'],
  ['picker', AFTER, () => fixture.page.locator('#filter-add').click(), '#picker-values li'],
  ['export', AFTER, click('Export'), '#export-box'],
  ['names', AFTER, () => fixture.page.locator('button.fact').click(), '#coverage-box tbody tr'],
  ['keys', AFTER, click('Keys'), '#keys[open]'],
  ['menu', AFTER, () => fixture.frame('renderTemplate').click({ button: 'right' }), '.menu button'],
];

describe.each(['light', 'dark'] as const)('in the %s', (colorScheme) => {
  it.each(STATES)('%s has nothing seriously wrong', async (name, query, act, selector) => {
    await fixture.context.close();
    // axe is a script of the test's, which the page's own policy would refuse.
    await fixture.newPage({ colorScheme, bypassCSP: true });
    const { page, server } = fixture;
    await page.goto(`${server.url}/${query}`);
    await page
      .locator('#chart g.frame, #compare g.frame, #functions-rows tr, #notice.empty')
      .first()
      .waitFor({ state: 'attached' });
    await page.locator('#layers button, #notice.empty').first().waitFor();
    await act();
    await page.locator(selector).first().waitFor();
    await fixture.shot(`state-${name.replace(' ', '-')}-${colorScheme}`);
    expect(await violations()).toEqual([]);
  });
});
