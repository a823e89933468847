// What never becomes a request is answered in words too, and connections that send nothing end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SERVER_LIMITS } from '../../../src/server/limits/server-limits.ts';
import type { RunningServer } from '../../../src/server/serve.ts';
import { serve } from '../../../src/server/serve.ts';
import { fakeApp } from '../../support/fake-service.ts';
import { rawRequest } from '../../support/raw-request.ts';

let server: RunningServer;
beforeAll(async () => {
  const limits = { ...SERVER_LIMITS, headersMs: 200, requestMs: 400 };
  server = await serve(fakeApp(), { host: '127.0.0.1', port: 0 }, { limits });
});
afterAll(() => server.close());

function expectRefusal(answer: string, status: number, code: string): void {
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  expect(answer).toMatch(/\r\nx-content-type-options: nosniff\r\n/);
  expect(answer).toMatch(/\r\ncontent-security-policy: default-src 'self'/);
  const body = answer.slice(answer.indexOf('\r\n\r\n') + 4);
  expect(JSON.parse(body)).toMatchObject({ error: { code } });
}

describe('what is no request', () => {
  it.each([
    ['noise', 'hello\r\n\r\n'],
    ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['a header with a line feed of its own', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: a\nb\r\n\r\n'],
    ['a Host that no URL has', 'GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n'],
    ['a target that no URL has', 'GET http://[::1/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'],
  ])('is refused: %s', async (_, text) => {
    expectRefusal(await rawRequest(server.port, Buffer.from(text, 'latin1')), 400, 'bad_request');
  });

  it('says that headers are too large or too many', async () => {
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`;
    expectRefusal(await rawRequest(server.port, large), 431, 'headers_too_large');
    const lines = Array.from({ length: 120 }, (_, i) => `X-${i}: 1\r\n`).join('');
    const many = `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${lines}\r\n`;
    expectRefusal(await rawRequest(server.port, many), 431, 'too_many_headers');
  });

  it('ends with a word for clients that are too slow', async () => {
    expectRefusal(await rawRequest(server.port, 'GET / HTTP/1.1\r\nHost: loc'), 408, 'request_too_slow');
    const body =
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{';
    expect(await rawRequest(server.port, body)).toMatch(/^HTTP\/1\.1 4\d\d /);
  });
});
