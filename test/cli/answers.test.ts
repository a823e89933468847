// Answers of real servers on loopback: ours, none, and others.
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ask, askJson } from '../../src/cli/answers.ts';
import { HttpClient } from '../../src/cli/profile-client.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function clientOf(listener: RequestListener, token?: string): Promise<HttpClient> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, token);
}

/** Always this answer. */
function answering(status: number, type: string, body: string): RequestListener {
  return (_, response) => response.writeHead(status, { 'content-type': type }).end(body);
}

const refusing = (status: number, error: object) =>
  answering(status, 'application/json', JSON.stringify({ error }));

describe('ask', () => {
  it('sends the parameters that are given, and the token', async () => {
    const seen: { url: string | undefined; headers: IncomingHttpHeaders }[] = [];
    const client = await clientOf(({ url, headers }, response) => {
      seen.push({ url, headers });
      response.end('{}');
    }, 's3cret');
    await ask(client, '/api/v1/top', { from: 'now-5m', until: undefined, query: '{comm="a&b"}', limit: 3 });
    await ask(client, '/api/v1/status');
    expect(seen.map(({ url }) => url)).toEqual([
      '/api/v1/top?from=now-5m&query=%7Bcomm%3D%22a%26b%22%7D&limit=3',
      '/api/v1/status',
    ]);
    expect(seen[0]!.headers.authorization).toBe('Bearer s3cret');
  });

  it('tells a refusal in one line with its hint, as wrong usage where the request was', async () => {
    const client = await clientOf(
      refusing(400, { code: 'bad_selector', message: 'query: unknown\x1b[2J', hint: 'write {comm="node"}' }),
    );
    await expect(ask(client, '/api/v1/top')).rejects.toMatchObject({
      message: 'query: unknown\\x1b[2J',
      hint: 'write {comm="node"}',
      exitCode: 2,
    });
  });

  it('tells a failure of the server as a failure', async () => {
    const client = await clientOf(refusing(500, { code: 'internal', message: 'the request failed' }));
    await expect(ask(client, '/')).rejects.toMatchObject({ message: 'the request failed', exitCode: 1 });
  });

  it('says that a token is wanted', async () => {
    const client = await clientOf(refusing(401, { code: 'unauthorized', message: 'no token' }));
    await expect(ask(client, '/')).rejects.toMatchObject({
      message: expect.stringMatching(/wants a token: no token$/) as string,
      hint: 'give the file that holds it with --token-file',
      exitCode: 1,
    });
  });

  it.each([
    [
      'a page',
      answering(404, 'text/html', '<h1>Not Found</h1>'),
      /is not Pilotlight \(404, text\/html, for \/api\)/,
    ],
    ['JSON of another shape', answering(404, 'application/json', '{"error":"no"}'), /is not Pilotlight/],
    ['nothing', answering(502, 'text/plain', ''), /is not Pilotlight \(502/],
  ])('says that %s is no answer of Pilotlight', async (_, listener, message) => {
    await expect(ask(await clientOf(listener), '/api')).rejects.toThrow(message);
  });

  it('says who cannot be reached, why, and what to do', async () => {
    const client = await clientOf(answering(200, 'text/plain', ''));
    await new Promise((resolve) => server!.close(resolve));
    await expect(ask(client, '/')).rejects.toMatchObject({
      message: `cannot reach ${client.source}: nothing listens there`,
      hint: expect.stringMatching(/^is the daemon running\? .*pilotlight serve.*--server$/) as string,
      exitCode: 1,
    });
  });

  it('says that what listens there speaks another language', async () => {
    const other = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const client = new HttpClient(`http://127.0.0.1:${(other.address() as AddressInfo).port}`);
    await expect(ask(client, '/')).rejects.toThrow(/does not speak HTTP|closed the connection/);
    other.close();
  });

  it('does not wait longer than it is told to', async () => {
    const client = await clientOf(() => undefined);
    await expect(ask(client, '/', {}, AbortSignal.timeout(50))).rejects.toThrow(/does not answer in time$/);
  });
});

describe('askJson', () => {
  it('takes an answer that has the members that are read', async () => {
    const client = await clientOf(answering(200, 'application/json', '{"total":1,"functions":[]}'));
    expect(await askJson(client, '/', {}, ['total', 'functions'])).toEqual({ total: 1, functions: [] });
  });

  it.each(['[]', 'null', '7', '{"total":1}', '<html>', ''])('does not take %j for one', async (body) => {
    const client = await clientOf(answering(200, 'text/html', body));
    await expect(askJson(client, '/', {}, ['total', 'functions'])).rejects.toThrow(/is not Pilotlight \(200/);
  });
});
