// What the audited routes leave in the log, on a real socket and in process.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../../src/server/access/audit-log.ts';
import type { App } from '../../../src/server/context.ts';
import { serve } from '../../../src/server/serve.ts';
import { fakeApp, SILENT_LOG } from '../../support/fake-service.ts';
import { until } from '../../support/programs.ts';
import { bearer, READ_TOKEN, tokenAccess } from '../../support/token-access.ts';

let directory: string;
let auditLog: AuditLog;
let app: App;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pilotlight-audit-'));
  auditLog = new AuditLog({ directory, log: SILENT_LOG });
  app = fakeApp({ access: tokenAccess(), auditLog });
});
afterEach(() => rmSync(directory, { recursive: true }));

async function lines(): Promise<Record<string, unknown>[]> {
  await auditLog.flush();
  try {
    const text = readFileSync(join(directory, 'audit.log'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

describe('the audit', () => {
  it('notes an export with its window, its selector and what was sent', async () => {
    const server = await serve(app, { host: '127.0.0.1', port: 0 });
    const query = '?from=now-1h&format=folded&query={comm="node"}';
    const response = await fetch(`${server.url}/api/v1/profile${query}`, { headers: bearer(READ_TOKEN) });
    await response.text();
    await until('a line', 5000, async () => (await lines()).length > 0);
    await server.close();
    const [line] = await lines();
    expect(line).toMatchObject({
      ...{
        what: 'export',
        address: '127.0.0.1',
        token: 'grafana',
        scope: 'read',
        status: 200,
        complete: true,
      },
      ...{ path: '/api/v1/profile', asked: { from: 'now-1h', format: 'folded', query: '{comm="node"}' } },
    });
    expect(line!['bytes']).toBeGreaterThan(Number(response.headers.get('content-length')));
    expect(JSON.stringify(line)).not.toContain(READ_TOKEN);
  });

  it('notes what was refused for what it asked', async () => {
    await app.request('/api/v1/profile?from=never', { headers: bearer(READ_TOKEN) });
    expect(await lines()).toMatchObject([{ status: 400, asked: { from: 'never' }, bytes: null }]);
  });

  it('notes a statement, and a login without its token', async () => {
    const headers = { 'content-type': 'application/json', ...bearer(READ_TOKEN) };
    const post = (path: string, body: object) =>
      app.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
    await post('/api/v1/sql', { sql: 'SELECT 1' });
    await post('/api/v1/session', { token: READ_TOKEN });
    const noted = await lines();
    expect(noted).toMatchObject([
      { what: 'sql', asked: { sql: 'SELECT 1' }, token: 'grafana' },
      { what: 'session', asked: {}, status: 200, token: 'grafana' },
    ]);
    expect(JSON.stringify(noted)).not.toContain(READ_TOKEN);
  });

  it('notes neither what others ask nor who was not let in', async () => {
    await app.request('/api/v1/top', { headers: bearer(READ_TOKEN) });
    await app.request('/api/v1/profile');
    expect(await lines()).toEqual([]);
  });
});
