// Clients that do not take their answer, on real sockets.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { App } from '../../../src/server/context.ts';
import type { ServerLimits } from '../../../src/server/limits/server-limits.ts';
import { SERVER_LIMITS } from '../../../src/server/limits/server-limits.ts';
import type { RunningServer } from '../../../src/server/serve.ts';
import { serve } from '../../../src/server/serve.ts';
import { fakeApp } from '../../support/fake-service.ts';

/** More than the kernel keeps for a socket on loopback. */
const LARGE = 32 << 20;

let server: RunningServer;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server.close();
});

function largeApp(): App {
  const app = fakeApp();
  app.post('/large', (c) => c.body(new Uint8Array(LARGE)));
  return app;
}

async function start(limits: Partial<ServerLimits>): Promise<void> {
  server = await serve(
    largeApp(),
    { host: '127.0.0.1', port: 0 },
    { limits: { ...SERVER_LIMITS, ...limits } },
  );
}

/** Asks and reads nothing, or reads on; resolves to the bytes it had when the server ended the connection. */
function ask(read: 'nothing' | 'all'): { ended: Promise<number>; socket: Socket } {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  let bytes = 0;
  const ended = new Promise<number>((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(bytes));
  });
  const head =
    'Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
  socket.write(`POST /large HTTP/1.1\r\n${head}`);
  if (read === 'all') socket.on('data', (chunk) => (bytes += chunk.length));
  else socket.once('readable', () => undefined);
  return { ended, socket };
}

/** Whether the server has ended it: only what is read tells. */
async function wasDropped({ ended, socket }: ReturnType<typeof ask>): Promise<boolean> {
  let bytes = 0;
  socket.on('data', (chunk) => (bytes += chunk.length));
  await ended;
  return bytes < LARGE;
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a client that takes nothing of its answer', () => {
  it('is dropped when it stalls', async () => {
    await start({ stalledMs: 100 });
    const idle = ask('nothing');
    await sleep(1000);
    expect(await wasDropped(idle)).toBe(true);
  });

  it('is dropped when it has not taken all of it in time', async () => {
    await start({ sendMs: 100 });
    const idle = ask('nothing');
    await sleep(600);
    expect(await wasDropped(idle)).toBe(true);
  });

  it('makes room for others: the oldest answer goes first', async () => {
    await start({ unsentBytes: 1.5 * LARGE });
    const first = ask('nothing');
    await sleep(300);
    const second = ask('nothing');
    await sleep(300);
    expect(await wasDropped(first)).toBe(true);
    expect(await wasDropped(second)).toBe(false);
  });

  it('is not dropped for an answer that is larger than the bound, where that is alone', async () => {
    await start({ unsentBytes: LARGE / 2 });
    const alone = ask('nothing');
    await sleep(300);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(await wasDropped(alone)).toBe(false);
  });

  it('is left alone when it reads', async () => {
    await start({ stalledMs: 2000 });
    expect(await ask('all').ended).toBeGreaterThan(LARGE);
  });
});

describe('connections', () => {
  it('are so many at most, and those that only wait make room', async () => {
    await start({ maxConnections: 2, idleMs: 60_000 });
    const keep = { headers: { connection: 'keep-alive' } };
    await Promise.all([fetch(`${server.url}/healthz`, keep), fetch(`${server.url}/healthz`, keep)]);
    let answered = false;
    for (let attempt = 0; attempt < 50 && !answered; attempt++) {
      answered = await new Promise<boolean>((resolve) => {
        const socket = connect(server.port, '127.0.0.1');
        sockets.push(socket);
        socket.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
        socket.once('data', () => resolve(true));
        socket.once('error', () => resolve(false));
        socket.once('close', () => resolve(false));
      });
    }
    expect(answered).toBe(true);
  });
});
