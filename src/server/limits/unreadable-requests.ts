// Answers what never becomes a request for the application: bytes that are no HTTP, headers that are too large or too
// slow. They get what every other refusal has: words in JSON, and the headers of security-headers.ts.
import type { Server } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '@hono/node-server';
import type { ErrorBody } from '../errors.ts';
import { ApiError, errorBody } from '../errors.ts';
import { ANSWER_HEADERS } from '../security-headers.ts';
import type { ServerLimits } from './server-limits.ts';
import { MAX_HEADER_BYTES } from './server-limits.ts';

export function answerUnreadable(server: Server, limits: ServerLimits): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // A client that went away, or an answer that has begun: there is nobody to tell, or no place to tell it.
    if (error.code === 'ECONNRESET' || !socket.writable || hasBegun(socket)) {
      socket.destroy(error);
      return;
    }
    socket.end(answerText(faultOf(error.code ?? '', limits)), () => socket.destroy());
  });
}

/** Of @hono/node-server, where it could make no Request of a Host or target, or the application gave no answer at all. */
export function unroutedAnswer(error: unknown): Response {
  const fault =
    error instanceof RequestError ? malformed() : new ApiError(500, 'internal', 'the request failed');
  const { status, body, headers } = answerParts(fault);
  return new Response(body, { status, headers });
}

function faultOf(code: string, { headersMs, requestMs }: ServerLimits): ApiError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new ApiError(
        431,
        'headers_too_large',
        'the headers are too large',
        `at most ${MAX_HEADER_BYTES} bytes`,
      );
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new ApiError(
        408,
        'request_too_slow',
        'the request did not come in time',
        `headers within ${headersMs / 1000} s, all of it within ${requestMs / 1000} s`,
      );
    default:
      return malformed();
  }
}

function malformed(): ApiError {
  return new ApiError(400, 'bad_request', 'this is not a request that HTTP/1.1 knows');
}

function answerParts(error: ApiError): { status: number; body: string; headers: Record<string, string> } {
  const body = JSON.stringify(errorBody(error) satisfies ErrorBody);
  const headers = Object.fromEntries(ANSWER_HEADERS);
  return {
    status: error.status,
    body,
    headers: { ...headers, 'content-type': 'application/json', 'cache-control': 'no-store' },
  };
}

function answerText(error: ApiError): string {
  const { status, body, headers } = answerParts(error);
  const lines = Object.entries({
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Node keeps the answer of a socket's current request there; a second one must not be put into its middle. */
function hasBegun(socket: Duplex): boolean {
  const { _httpMessage: answer } = socket as Duplex & { _httpMessage?: { headersSent: boolean } | null };
  return answer?.headersSent === true;
}
