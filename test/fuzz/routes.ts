// Sends generated requests to every route, and judges the answers by what the routes' own description promises.
import type { App } from '../../src/server/context.ts';
import { ANSWER_HEADERS } from '../../src/server/security-headers.ts';
import { seededRandom } from '../support/symbolizer-fixtures.ts';
import { ADMIN_TOKEN, bearer } from '../support/token-access.ts';
import type { Description, Route } from './route-description.ts';
import { routesOf } from './route-description.ts';
import type { FuzzRequest } from './route-requests.ts';
import { RequestMaker } from './route-requests.ts';

export interface RouteFuzzOutcome {
  /** Answers by status. */
  statuses: Map<number, number>;
  /** Routes (`GET /api/v1/top`) that were answered with 200 at least once. */
  answered: Set<string>;
  slowest: { ms: number; request: string };
  largest: { bytes: number; request: string };
  /** What is wrong, with the request that shows it; the first few. */
  faults: string[];
}

/** Whatever the route: of another method, or of a path that was spoilt (to that of the page: it leads to the form). */
const ALWAYS = [303, 404];
const MAX_FAULTS = 20;

export async function fuzzRoutes(app: App, requests: number, seed: number): Promise<RouteFuzzOutcome> {
  const description = await describe(app);
  const routes = routesOf(description);
  const maker = new RequestMaker(description, routes, seededRandom(seed));
  const outcome: RouteFuzzOutcome = {
    statuses: new Map(),
    answered: new Set(),
    slowest: { ms: 0, request: '' },
    largest: { bytes: 0, request: '' },
    faults: [],
  };
  for (let i = 0; i < requests; i++) await sendOne(app, maker.next(), outcome);
  return outcome;
}

async function describe(app: App): Promise<Description> {
  const response = await app.request('/openapi.json', { headers: bearer(ADMIN_TOKEN) });
  return (await response.json()) as Description;
}

async function sendOne(app: App, asked: FuzzRequest, outcome: RouteFuzzOutcome): Promise<void> {
  const request = requestOf(asked);
  if (request === undefined) return;
  const shown = `${asked.method} ${asked.target} ${JSON.stringify(asked.headers)} ${asked.body ?? ''}`;
  const beganMs = performance.now();
  const response = await app.request(request);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const ms = performance.now() - beganMs;
  const { status } = response;
  outcome.statuses.set(status, (outcome.statuses.get(status) ?? 0) + 1);
  if (status === 200) outcome.answered.add(`${asked.route.method} ${asked.route.path}`);
  if (ms > outcome.slowest.ms) outcome.slowest = { ms, request: shown };
  if (bytes.length > outcome.largest.bytes) outcome.largest = { bytes: bytes.length, request: shown };
  const fault = faultOf(asked.route, response, bytes, asked.method);
  if (fault !== null && outcome.faults.length < MAX_FAULTS)
    outcome.faults.push(`${fault}: ${shown.slice(0, 2000)}`);
}

/** Undefined for what a client could not send either: a target that is no URL, a header with a line feed. */
function requestOf({ method, target, headers, body }: FuzzRequest): Request | undefined {
  try {
    return new Request(`http://127.0.0.1:4040${target}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function faultOf({ operation }: Route, response: Response, bytes: Uint8Array, method: string): string | null {
  const { status, headers } = response;
  if (status === 500) return 'a fault of ours';
  if (!(String(status) in operation.responses) && !ALWAYS.includes(status))
    return `status ${status} is not described`;
  const missing = ANSWER_HEADERS.find(([name, value]) => headers.get(name) !== value);
  if (missing !== undefined) return `the header ${missing[0]} is missing`;
  return status < 400 || method === 'HEAD' ? null : errorFault(bytes);
}

function errorFault(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('utf8');
  const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
  if (typeof error?.code !== 'string' || typeof error.message !== 'string')
    return 'the error is not described';
  return text.length > 4096 ? `the error has ${text.length} characters` : null;
}
