// Bytes on a socket that are nearly requests: what a client library would not send.
import { rawRequest } from '../support/raw-request.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';
import { ADMIN_TOKEN } from '../support/token-access.ts';

export interface WireFuzzOutcome {
  /** Connections on which something was answered. */
  answers: number;
  /** What is wrong, with the bytes that show it; the first few. */
  faults: string[];
}

const HEAD = `Host: localhost\r\nAuthorization: Bearer ${ADMIN_TOKEN}\r\nConnection: close\r\n`;
const REQUESTS = [
  `GET /healthz HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /api/v1/top?query={comm="a"} HTTP/1.1\r\n${HEAD}Accept: */*\r\n\r\n`,
  `POST /api/v1/session HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{"token":"x"}`,
  `POST /api/v1/session HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`,
  `HEAD / HTTP/1.0\r\n${HEAD}\r\n`,
  `OPTIONS * HTTP/1.1\r\n${HEAD}\r\n`,
  `CONNECT localhost:80 HTTP/1.1\r\n${HEAD}\r\n`,
  `GET http://localhost/healthz HTTP/1.1\r\n${HEAD}\r\n`,
  `GET /healthz HTTP/1.1\r\n${HEAD}Expect: 100-continue\r\nUpgrade: websocket\r\n\r\n`,
];
const PIECES = [
  '\r\n',
  '\n',
  '\0',
  ' ',
  ':',
  '\xff',
  '%',
  '/',
  '..',
  'HTTP/9.9',
  '\r\n\r\n',
  'Content-Length: -1\r\n',
  '@',
  '\\',
  '[',
  'é',
];
const MAX_FAULTS = 20;
/** At once, so that those whose request never ends do not wait one after the other. */
const AT_ONCE = 64;

export async function fuzzWire(port: number, requests: number, seed: number): Promise<WireFuzzOutcome> {
  const random = seededRandom(seed);
  const outcome: WireFuzzOutcome = { answers: 0, faults: [] };
  for (let sent = 0; sent < requests; sent += AT_ONCE) {
    const batch = Array.from({ length: Math.min(AT_ONCE, requests - sent) }, () => mutated(random));
    await Promise.all(batch.map((text) => sendOne(port, text, outcome)));
  }
  return outcome;
}

async function sendOne(port: number, text: string, outcome: WireFuzzOutcome): Promise<void> {
  const answer = await rawRequest(port, Buffer.from(text, 'latin1'));
  if (answer === '') return;
  outcome.answers++;
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1];
  const fault = status === undefined ? 'no HTTP' : status === '500' ? 'a fault of ours' : null;
  if (fault !== null && outcome.faults.length < MAX_FAULTS) {
    outcome.faults.push(`${fault}: ${JSON.stringify(text)} got ${JSON.stringify(answer.slice(0, 200))}`);
  }
}

function mutated(random: () => number): string {
  let text = REQUESTS[random() % REQUESTS.length]!;
  for (let changes = random() % 4; changes > 0; changes--) {
    const at = random() % text.length;
    const kind = random() % 4;
    if (kind === 0) text = text.slice(0, at) + PIECES[random() % PIECES.length]! + text.slice(at);
    else if (kind === 1) text = text.slice(0, at) + text.slice(at + 1 + (random() % 6));
    else if (kind === 2) text = text.slice(0, at) + String.fromCharCode(random() % 256) + text.slice(at + 1);
    else text = text.slice(0, at) + text.slice(at, at + 20).repeat(random() % 500) + text.slice(at);
  }
  return text;
}
