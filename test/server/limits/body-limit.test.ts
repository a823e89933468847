// Bodies on a real socket: what is too large is not read.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../../src/server/serve.ts';
import { serve } from '../../../src/server/serve.ts';
import { fakeApp } from '../../support/fake-service.ts';
import { rawRequest } from '../../support/raw-request.ts';
import { tokenAccess } from '../../support/token-access.ts';

let server: RunningServer;
beforeAll(
  async () => (server = await serve(fakeApp({ access: tokenAccess() }), { host: '127.0.0.1', port: 0 })),
);
afterAll(() => server.close());

const HEAD = 'Host: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n';
const send = (line: string, headers: string, body = '') =>
  rawRequest(server.port, `${line} HTTP/1.1\r\n${HEAD}${headers}\r\n${body}`);

describe('a body', () => {
  it('is refused by its announced length, before it was sent', async () => {
    const answer = await send('POST /api/v1/session', 'Content-Length: 10000000\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain(
      '{"code":"body_too_large","message":"the body has 10000000 bytes","hint":"at most 4096 bytes are read"}',
    );
  });

  it('must have a length that is told', async () => {
    const answer = await send(
      'POST /api/v1/session',
      'Transfer-Encoding: chunked\r\n',
      '2\r\n{}\r\n0\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 411 /);
    expect(answer).toContain('"length_required"');
  });

  it.each(['GET /healthz', 'GET /api/v1/session', 'DELETE /api/v1/session'])(
    'is refused with %s',
    async (line) => {
      const answer = await send(line, 'Content-Length: 3\r\n', 'abc');
      expect(answer).toMatch(/^HTTP\/1\.1 413 /);
      expect(answer).toContain('takes no body here');
    },
  );

  it('is read where it is wanted', async () => {
    const body = '{"token":"guess-0123456789abcdef"}';
    const answer = await send('POST /api/v1/session', `Content-Length: ${body.length}\r\n`, body);
    expect(answer).toMatch(/^HTTP\/1\.1 401 /);
    expect(await send('POST /api/v1/session', 'Content-Length: 4\r\n', '{"to')).toMatch(/^HTTP\/1\.1 400 /);
  });
});
