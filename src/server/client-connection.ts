// What the socket tells of whoever asks. A request made in this process (tests, the command line) has none.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context } from 'hono';

/** What @hono/node-server gives each request. */
interface Bindings {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

function bindings(c: Context): Partial<Bindings> {
  return (c.env as Partial<Bindings> | undefined) ?? {};
}

export function outgoingOf(c: Context): ServerResponse | undefined {
  return bindings(c).outgoing;
}

/**
 * As the socket has it: `X-Forwarded-For` says what its sender likes. An IPv4 client of a socket for both kinds
 * (`::ffff:10.0.0.7`) is told as IPv4. 'local' where there is no socket.
 */
export function clientAddress(c: Context): string {
  const address = bindings(c).incoming?.socket.remoteAddress;
  return address?.replace(/^::ffff:(?=[\d.]+$)/i, '') ?? 'local';
}
