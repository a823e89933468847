// Starts the application on an address, and says plainly why when it cannot.
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { App } from './context.ts';

/** Room for the longest URL the guard lets through beside other headers, so that it is the guard who refuses. */
const MAX_HEADER_BYTES = 65_536;
/** How long running requests may take to end when the server is closed. */
const CLOSE_GRACE_MS = 2000;

export interface ListenAddress {
  host: string;
  port: number;
}

export interface RunningServer extends ListenAddress {
  /** `http://127.0.0.1:4040` */
  url: string;
  close(): Promise<void>;
}

/** The address cannot be listened on; the message is the one line a person needs. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this host has no such address',
  ENOTFOUND: 'unknown host name',
};

/** `127.0.0.1:4040`, `[::1]:4040`, `localhost:0` (0: any free port). Undefined where it is malformed. */
export function parseListen(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

export function formatAddress({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function listen(server: Server, address: ListenAddress): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => {
      const code = error.code ?? '';
      const reason = REASONS[code] ?? error.message;
      const message = `cannot listen on ${formatAddress(address)}: ${reason} (${code}); choose another with --listen`;
      reject(new ListenError(message, { cause: error }));
    };
    server.once('error', onError);
    server.listen(address.port, address.host, () => {
      server.off('error', onError);
      resolve(server.address() as AddressInfo);
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const impatient = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
    server.close(() => {
      clearTimeout(impatient);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Resolves once connections are accepted; rejects with a ListenError. */
export async function serve(app: App, address: ListenAddress): Promise<RunningServer> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    // The global Request and Response stay what the rest of the process knows.
    overrideGlobalObjects: false,
    serverOptions: { maxHeaderSize: MAX_HEADER_BYTES },
  }) as Server;
  const { port } = await listen(server, address);
  const bound = { host: address.host, port };
  return { ...bound, url: `http://${formatAddress(bound)}`, close: () => close(server) };
}
