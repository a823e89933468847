import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LocalClient, readToken } from '../../src/cli/profile-client.ts';

const folder = mkdtempSync(join(tmpdir(), 'pilotlight-token-'));
afterAll(() => rmSync(folder, { recursive: true }));

function tokenFile(text: string): string {
  const path = join(folder, 'token');
  writeFileSync(path, text);
  return path;
}

describe('readToken', () => {
  it('reads one line', () => {
    expect(readToken(tokenFile('abc-._~+/123==\n'))).toBe('abc-._~+/123==');
  });

  it('takes the first token of a file of the daemon', () => {
    expect(readToken(tokenFile('# who\n\nread grafana abc-123\nadmin ops def-456\n'))).toBe('abc-123');
  });

  it.each([
    '',
    '\n',
    '# none',
    'four words in a line',
    'two words',
    'two\nlines',
    'a=b',
    'bell\x07',
    'größe',
  ])('refuses %j', (text) => {
    expect(() => readToken(tokenFile(text))).toThrow(/holds no token$/);
  });

  it('says that there is no file', () => {
    expect(() => readToken(join(folder, 'none'))).toThrow(/^cannot read the token in .*none: ENOENT$/);
  });
});

describe('LocalClient', () => {
  it('asks the app, is named after its directory, and closes it', async () => {
    let closed = false;
    const client = new LocalClient('/var/lib/pilotlight', {
      request: (path) => Promise.resolve(new Response(`answer to ${path}`)),
      close: () => Promise.resolve(void (closed = true)),
    });
    expect(await (await client.request('/api/v1/top')).text()).toBe('answer to /api/v1/top');
    expect(client.source).toBe('/var/lib/pilotlight');
    await client.close();
    expect(closed).toBe(true);
  });
});
