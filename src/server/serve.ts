// Starts the application on an address, and says plainly why when it cannot.
import type { AddressInfo } from 'node:net';
import type { RequestListener, Server, ServerOptions, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import { getRequestListener } from '@hono/node-server';
import type { App } from './context.ts';
import type { ServerLimits } from './limits/server-limits.ts';
import { MAX_HEADER_BYTES, MAX_HEADERS, SERVER_LIMITS } from './limits/server-limits.ts';
import { SlowReaders } from './limits/slow-readers.ts';
import { answerUnreadable, unroutedAnswer } from './limits/unreadable-requests.ts';

/** How long running requests may take to end when the server is closed. */
const CLOSE_GRACE_MS = 2000;

export interface ListenAddress {
  host: string;
  port: number;
}

export interface ServeSettings {
  /** Certificate and key; without them the server speaks plain HTTP. */
  tls?: SecureContextOptions | undefined;
  /** For tests. */
  limits?: ServerLimits;
}

export interface RunningServer extends ListenAddress {
  /** `http://127.0.0.1:4040` */
  url: string;
  /** New connections get that certificate; those there are go on. Only of a server that was started with one. */
  replaceCertificate(tls: SecureContextOptions): void;
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

function requestListener(app: App, limits: ServerLimits): RequestListener {
  const slowReaders = new SlowReaders(limits);
  const listener = getRequestListener(
    async (request, bindings) => {
      const response = await app.fetch(request, bindings);
      slowReaders.watch(bindings.outgoing as ServerResponse);
      return response;
    },
    // The global Request and Response stay what the rest of the process knows.
    { overrideGlobalObjects: false, errorHandler: unroutedAnswer },
  );
  return (incoming, outgoing) => {
    void listener(incoming, outgoing).then(() => slowReaders.written(outgoing));
  };
}

function boundedServer(
  listener: RequestListener,
  limits: ServerLimits,
  tls: SecureContextOptions | undefined,
): Server {
  const options: ServerOptions = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: Math.min(limits.headersMs, limits.requestMs) / 4,
  };
  const server =
    tls === undefined ? createServer(options, listener) : createTlsServer({ ...options, ...tls }, listener);
  // Beyond what is read, so that it is the guard who refuses: Node drops further headers without a word.
  server.maxHeadersCount = 2 * MAX_HEADERS;
  server.maxConnections = limits.maxConnections;
  // Those that only wait for their client's next request make room.
  server.on('drop', () => server.closeIdleConnections());
  answerUnreadable(server, limits);
  return server;
}

/** Resolves once connections are accepted; rejects with a ListenError. */
export async function serve(
  app: App,
  address: ListenAddress,
  settings: ServeSettings = {},
): Promise<RunningServer> {
  const { tls, limits = SERVER_LIMITS } = settings;
  const server = boundedServer(requestListener(app, limits), limits, tls);
  const { port } = await listen(server, address);
  const bound = { host: address.host, port };
  return {
    ...bound,
    url: `${tls === undefined ? 'http' : 'https'}://${formatAddress(bound)}`,
    replaceCertificate: (next) => {
      if (server instanceof TlsServer) server.setSecureContext(next);
    },
    close: () => close(server),
  };
}
