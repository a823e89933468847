// Writes what the audited routes answered, once the client has it.
import type { ServerResponse } from 'node:http';
import type { Context, MiddlewareHandler } from 'hono';
import { clientAddress, outgoingOf } from '../client-connection.ts';
import type { AuditEntry } from './audit-line.ts';
import { auditLine } from './audit-line.ts';
import type { AuditLog } from './audit-log.ts';
import type { AuditedAs } from './route-policies.ts';
import { policyOf } from './route-policies.ts';

type Sent = Pick<AuditEntry, 'bytes' | 'complete'>;

/** `now`: ms since the epoch. */
export function audit(log: AuditLog, now: () => number): MiddlewareHandler {
  return async (c, next) => {
    const what = policyOf(c).audit;
    if (what === undefined) return next();
    const beganMs = performance.now();
    const timeMs = now();
    const outgoing = outgoingOf(c);
    const before = outgoing?.socket?.bytesWritten ?? 0;
    await next();
    const entry = { what, timeMs, ...(await describe(c, what)), status: c.res.status };
    const write = (sent: Sent) => {
      log.add(auditLine({ ...entry, ...sent, durationMs: performance.now() - beganMs }));
    };
    if (outgoing === undefined) write({ bytes: null, complete: true });
    else whenSent(outgoing, before, write);
    return undefined;
  };
}

async function describe(c: Context, what: AuditedAs) {
  return {
    address: clientAddress(c),
    caller: c.get('caller'),
    method: c.req.method,
    path: c.req.path,
    asked: { ...c.req.query(), ...(what === 'sql' ? await statementOf(c) : {}) },
  };
}

/**
 * Hono keeps a body that a route has read; one that was too large was not, and is not read here. Of a session's body
 * nothing is told: it holds the token.
 */
async function statementOf(c: Context): Promise<Record<string, string>> {
  if ([411, 413, 415].includes(c.res.status)) return {};
  // What is no JSON has been refused for that, and a client that left sends no more.
  const body: unknown = await c.req.json().catch(() => undefined);
  const sql = typeof body === 'object' && body !== null && 'sql' in body ? body.sql : undefined;
  return typeof sql === 'string' ? { sql } : {};
}

function whenSent(outgoing: ServerResponse, before: number, write: (sent: Sent) => void): void {
  const { socket } = outgoing;
  outgoing.once('close', () => {
    const bytes = socket === null ? null : socket.bytesWritten - before;
    write({ bytes, complete: outgoing.writableFinished });
  });
}
