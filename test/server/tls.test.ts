// The server over TLS: what it speaks, and that a certificate is replaced under open connections.
import { Agent, get } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connect, TLSSocket } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';
import { readTlsFiles } from '../../src/server/access/tls-files.ts';
import type { RunningServer } from '../../src/server/serve.ts';
import { serve } from '../../src/server/serve.ts';
import { fakeApp } from '../support/fake-service.ts';
import { rawRequest } from '../support/raw-request.ts';
import { TlsFixtures } from '../support/tls-fixtures.ts';

const files = new TlsFixtures();
afterAll(() => files.remove());
const ca = files.authority;

let server: RunningServer;
beforeEach(async () => {
  const tls = readTlsFiles(files.pair('server'));
  server = await serve(fakeApp(), { host: '127.0.0.1', port: 0 }, { tls });
});
afterEach(() => server.close());

interface Answer {
  status: number | undefined;
  /** Common name of the certificate that the connection was made with. */
  certificate: string;
  port: number | undefined;
}

function ask(agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    get(`${server.url}/healthz`, { agent, ca }, (response: IncomingMessage) => {
      response.resume();
      const { socket } = response;
      if (!(socket instanceof TLSSocket)) throw new Error('it is not encrypted');
      const certificate = String(socket.getPeerCertificate().subject.CN);
      response.on('end', () => resolve({ status: response.statusCode, certificate, port: socket.localPort }));
    }).on('error', reject);
  });
}

function handshake(options: ConnectionOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(server.port, '127.0.0.1', { ca, ...options }, () => {
      resolve(socket.getProtocol() ?? '');
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe('a server with a certificate', () => {
  it('answers by https and says so', async () => {
    expect(server.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(await ask(new Agent())).toMatchObject({ status: 200, certificate: 'server' });
  });

  it('speaks TLS 1.3 and 1.2 and nothing older', async () => {
    expect(await handshake({})).toBe('TLSv1.3');
    expect(await handshake({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;
    await expect(handshake(old)).rejects.toThrow(/protocol version|version/i);
  });

  it('hands a new certificate to new connections, and keeps the ones there are', async () => {
    const agent = new Agent({ keepAlive: true });
    const before = await ask(agent);
    server.replaceCertificate(readTlsFiles(files.pair('other')));
    expect(await ask(agent)).toEqual(before);
    expect(await ask(new Agent())).toMatchObject({ status: 200, certificate: 'other' });
    agent.destroy();
  });

  it('closes what is no TLS without a word', async () => {
    expect(await rawRequest(server.port, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')).toBe('');
  });
});
