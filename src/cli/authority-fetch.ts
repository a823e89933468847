// Requests to servers whose certificate an authority of one's own has signed. Node 20's fetch knows no way to name one.
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { Readable } from 'node:stream';

/** As much of `fetch` as a ProfileClient needs. Rejects as fetch does: with a TypeError whose cause says why. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** `ca`: certificates in PEM form; they stand for all authorities, those of the system included. Bodies are texts. */
export function fetchTrusting(ca: string): Fetch {
  return (url, { method = 'GET', headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const options = {
        method,
        headers: Object.fromEntries(new Headers(headers)),
        ca,
        ...(signal ? { signal } : {}),
      };
      const asked = request(url, options, (answer) => resolve(responseOf(answer)));
      asked.on('error', (cause) => {
        // What aborted it says more than that it was aborted.
        reject(
          signal?.aborted === true ? (signal.reason as Error) : new TypeError('fetch failed', { cause }),
        );
      });
      asked.end(typeof body === 'string' ? body : undefined);
    });
}

function responseOf(answer: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(answer.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const status = answer.statusCode ?? 500;
  const empty = status === 204 || status === 304;
  if (empty) answer.resume();
  return new Response(empty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
    status,
    headers,
  });
}
