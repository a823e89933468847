// The form that asks for a token, in a real browser.
import { describe, expect, it } from 'vitest';
import { serve } from '../../src/server/serve.ts';
import { fakeApp } from '../support/fake-service.ts';
import { fakeStore } from '../support/fake-store.ts';
import { usePage } from '../support/page-fixture.ts';
import { READ_TOKEN, tokenAccess } from '../support/token-access.ts';
import { WORKLOAD } from '../support/workload.ts';
import { destination } from '../../web/src/login/destination.ts';

const access = tokenAccess();
const fixture = usePage((webRoot) => {
  const store = fakeStore({ text: WORKLOAD, timeMs: Date.now() - 30_000 });
  return serve(fakeApp({ store, webRoot, access }), { host: '127.0.0.1', port: 0 });
});

const server = () => fixture.server.url;
const page = () => fixture.page;

async function enter(token: string): Promise<void> {
  await page().getByLabel('Token').fill(token);
  await page().getByRole('button', { name: 'Enter' }).click();
}

const frame = () => page().locator('#chart .d3-flame-graph-label').first().waitFor();

describe('the form', () => {
  it('stands before the page, and leads to the view that was asked for', async () => {
    await page().goto(`${server()}/?search=query&from=now-15m`);
    expect(new URL(page().url()).pathname).toBe('/login.html');
    await fixture.shot('login');
    await enter(READ_TOKEN);
    await frame();
    const { pathname, searchParams } = new URL(page().url());
    expect([pathname, searchParams.get('search'), searchParams.get('from')]).toEqual([
      '/',
      'query',
      'now-15m',
    ]);
  });

  it('says that a token is not known', async () => {
    await page().goto(server());
    await enter('guess-0123456789abcdef');
    await page().getByRole('alert').waitFor();
    expect(await page().getByRole('alert').textContent()).toBe('the token is not one of this server');
    expect(fixture.takeComplaints()).toEqual([expect.stringContaining('401')]);
  });

  it('is where the page leads out, and then comes back to it', async () => {
    await page().goto(server());
    await enter(READ_TOKEN);
    await frame();
    await page().getByRole('link', { name: 'grafana (read)' }).click();
    await page().getByRole('button', { name: 'Leave' }).click();
    await page().getByLabel('Token').waitFor();
    await page().goto(server());
    expect(new URL(page().url()).pathname).toBe('/login.html');
  });

  it('is shown when the session ends under an open page', async () => {
    await page().goto(server());
    await enter(READ_TOKEN);
    await frame();
    for (const { value } of await fixture.context.cookies()) access.sessions.end(value);
    await page().waitForURL('**/login.html?*');
    fixture.takeComplaints();
  });
});

describe('destination', () => {
  it('leads to the page in its state', () => {
    expect(destination('/')).toBe('/');
    expect(destination('/?from=now-1h&query={comm="a"}')).toBe('/?from=now-1h&query={comm="a"}');
  });

  it.each([
    null,
    '',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/login.html',
    'javascript:alert(1)',
    '/x?y',
  ])('leads to nothing else: %j', (to) => {
    expect(destination(to)).toBeUndefined();
  });
});
