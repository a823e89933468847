// The server on a real socket.
import { afterEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/server/serve.ts';
import { ListenError, formatAddress, parseListen, serve } from '../../src/server/serve.ts';
import { fakeApp } from '../support/fake-service.ts';
import { rawRequest } from '../support/raw-request.ts';

const ANY_PORT = { host: '127.0.0.1', port: 0 };
const running: RunningServer[] = [];

async function start(address = ANY_PORT): Promise<RunningServer> {
  const server = await serve(fakeApp(), address);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

describe('serve', () => {
  it('answers on the port it was given by the system', async () => {
    const { url } = await start();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  it('says in one line that a port is busy and what to do', async () => {
    const { port } = await start();
    const second = start({ host: '127.0.0.1', port });
    await expect(second).rejects.toThrow(ListenError);
    await expect(second).rejects.toThrow(
      `cannot listen on 127.0.0.1:${port}: address in use (EADDRINUSE); choose another with --listen`,
    );
  });

  it('says that an address is not one of this host', async () => {
    await expect(start({ host: '192.0.2.1', port: 4040 })).rejects.toThrow(
      /no such address \(EADDRNOTAVAIL\)/,
    );
  });

  // A name that ends in a number makes no URL.
  it.each(['evil.example', 'localhost1.1'])('refuses the Host header %s on the wire', async (host) => {
    const { port } = await start();
    const answer = await rawRequest(port, `GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).toContain('"bad_host"');
  });

  it('does not climb out of the page folder on the wire', async () => {
    const { port } = await start();
    const path = '/../../../../../../etc/passwd';
    const answer = await rawRequest(
      port,
      `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
  });

  it('answers a URL that is too long in words', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/?search=${'x'.repeat(20_000)}`);
    expect(response.status).toBe(414);
    expect(await response.json()).toMatchObject({ error: { code: 'url_too_long' } });
  });

  it('closes while a client is waiting for a profile', async () => {
    const server = await start();
    const { url } = server;
    const waiting = fetch(`${url}/debug/pprof/profile?seconds=3600`).catch(() => 'cut off');
    await fetch(`${url}/healthz`);
    await server.close();
    running.length = 0;
    expect(await waiting).toBe('cut off');
  });
});

describe('parseListen', () => {
  it('reads hosts and ports', () => {
    expect(parseListen('127.0.0.1:4040')).toEqual({ host: '127.0.0.1', port: 4040 });
    expect(parseListen('[::1]:0')).toEqual({ host: '::1', port: 0 });
    expect(formatAddress({ host: '::1', port: 80 })).toBe('[::1]:80');
  });

  it.each([
    '',
    '4040',
    ':4040',
    'localhost',
    'localhost:',
    'localhost:65536',
    '::1:80',
    'a b:1',
    'http://x:1',
  ])('refuses "%s"', (text) => {
    expect(parseListen(text)).toBeUndefined();
  });
});
