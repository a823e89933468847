// Requests that somebody might make: what the description of a route allows, what it does not, and noise.
import { RECORDED_WINDOWS } from '../support/recorded-data.ts';
import { ADMIN_TOKEN, READ_TOKEN } from '../support/token-access.ts';
import type { Description, Parameter, Route, Schema } from './route-description.ts';
import { resolved } from './route-description.ts';

/** Whole numbers from 0 on. */
export type Random = () => number;

export interface FuzzRequest {
  /** The route that it was made for: its path may have been spoilt. */
  route: Route;
  method: string;
  /** Path and query. */
  target: string;
  headers: Record<string, string>;
  body: string | undefined;
}

const { before, after } = RECORDED_WINDOWS;

const TEXTS = [
  ...[
    '',
    ' ',
    '0',
    '-1',
    '1e309',
    'NaN',
    'true',
    'null',
    '9007199254740993',
    '4294967296',
    '0x10',
    '٣',
    '1.5',
  ],
  ...[
    'now',
    'now-15m',
    'now+1h',
    'now-0s',
    'now-99999999999y',
    '-1',
    '1969-12-31T23:59:59Z',
    '2026-02-30T00:00:00Z',
  ],
  ...[
    String(before.fromMs),
    String(after.untilMs),
    String(after.fromMs + 0.5),
    '99999999999999999999',
    '8640000000000001',
  ],
  ...['1ms', '1s', '10s', '1h', '0s', '-1s', '1e9s', 's', '999999999999h'],
  ...[
    '{}',
    '{',
    '}',
    '{comm="node"}',
    '{comm=~"no.*", pid!="7"}',
    '{comm=~"("}',
    '{user notin ("root", "")}',
    '{pid=""}',
  ],
  ...[
    '{comm=~"(a+)+$"}',
    '{comm=~"((a{1,100}){1,100}){1,100}"}',
    '{comm=~".{1,1000}.{1,1000}"}',
    '{cpu=~"^$"}',
    '{comm in ()}',
  ],
  ...[
    '{comm="\\"}',
    '{comm="\\x"}',
    '{comm="\n"}',
    '{,}',
    '{comm="a",}',
    '{comm="a" comm="b"}',
    '{"comm"="a"}',
    '{comm!~""}',
  ],
  ...[
    '(a|b)*c',
    '[[:alpha:]]+',
    '\\p{Greek}',
    '(?i)PARSE',
    '\\Q',
    '(?P<n>',
    '*',
    '[z-a]',
    '\\C',
    '(?s).*',
    'a{1001}',
    '$^',
    '\\b\\B',
  ],
  ...[
    "'; DROP TABLE samples; --",
    '" OR 1=1',
    '../../etc/passwd',
    '/etc/passwd',
    '%00',
    '%',
    '%zz',
    '\u0000',
    '\ud800',
    '\u202e',
    '🔥',
  ],
  ...[
    'main;run',
    ';',
    ';;;',
    '[unknown]',
    'escapeHtml',
    'comm',
    'function',
    'constructor',
    '__proto__',
    'hasOwnProperty',
    'toString',
  ],
  ...[
    'self',
    'total',
    'pprof',
    'folded',
    'speedscope',
    'html',
    'json',
    'share',
    'none',
    'core-seconds',
    'x'.repeat(1001),
  ],
  'x'.repeat(10_001),
  `{${'pid!="1",'.repeat(300)}}`,
  `{comm=~"${'(a|'.repeat(200)}"}`,
  'main;'.repeat(1500),
];

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  ['host', ['localhost', '127.0.0.1:4040', '[::1]', 'evil.example', '', 'localhost:99999', 'a'.repeat(300)]],
  ['origin', ['http://localhost', 'http://evil.example', 'null', 'file://', 'http://[', '']],
  [
    'authorization',
    [`Bearer ${READ_TOKEN}`, `Bearer ${ADMIN_TOKEN}`, 'Bearer', 'Basic OjpeOg==', 'Basic %%%', 'x', ''],
  ],
  [
    'cookie',
    ['pilotlight-4040=x', 'pilotlight-standard=', '=', ';;;', '__proto__=1', `a=${'b'.repeat(5000)}`],
  ],
  ['sec-fetch-site', ['cross-site', 'same-origin', 'none', '?']],
  ['sec-fetch-mode', ['navigate', 'no-cors']],
  [
    'content-type',
    ['application/json', 'APPLICATION/JSON; charset=utf-8', 'text/plain', 'application/json\u00e9', ';'],
  ],
  ['content-length', ['0', '3', '99999999999', '-1', 'x']],
  ['transfer-encoding', ['chunked', 'gzip, chunked']],
  ['accept', ['text/html', '*/*', 'x']],
  ['accept-encoding', ['gzip', 'identity;q=0', 'x'.repeat(2000)]],
  ['if-none-match', ['*', '"x"']],
  ['range', ['bytes=0-0', 'bytes=-1']],
  ['x-forwarded-for', ['10.0.0.1', "'"]],
  ['x-http-method-override', ['DELETE']],
  ['upgrade', ['websocket', 'h2c']],
];

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];
const SPECIAL = [
  '%',
  '"',
  '\\',
  '{',
  '}',
  '(',
  ')',
  ',',
  ';',
  '=',
  '\u0000',
  '\n',
  '\u00e4',
  '0',
  'A',
  '/',
  '..',
  '&',
  '#',
  '+',
];

export class RequestMaker {
  readonly #description: Description;
  readonly #routes: readonly Route[];
  readonly #random: Random;

  constructor(description: Description, routes: readonly Route[], random: Random) {
    this.#description = description;
    this.#routes = routes;
    this.#random = random;
  }

  next(): FuzzRequest {
    const route = this.#of(this.#routes);
    const method = this.#oneIn(12) ? this.#of(METHODS) : route.method;
    const body = ['GET', 'HEAD'].includes(method) ? undefined : this.#body(route);
    return { route, method, target: this.#target(route), headers: this.#headers(body !== undefined), body };
  }

  #target({ path, operation }: Route): string {
    const parameters = operation.parameters ?? [];
    const query: string[] = [];
    let filled = path;
    for (const parameter of parameters) {
      const value = encode(this.#value(parameter), this.#oneIn(20));
      if (parameter.in === 'path') filled = filled.replace(`{${parameter.name}}`, () => value);
      else if (this.#random() % 5 < 2) query.push(`${parameter.name}=${value}`);
    }
    // So that most of them see samples.
    if (parameters.some(({ name }) => name === 'from') && this.#oneIn(2)) {
      query.push(`from=${before.fromMs}`, `until=${after.untilMs}`);
    }
    if (this.#oneIn(25)) query.push(`${encode(this.#text(), false)}=${encode(this.#text(), this.#oneIn(2))}`);
    if (this.#oneIn(40)) filled = this.#mutated(filled);
    return `${filled}${query.length === 0 ? '' : `?${query.join('&')}`}`;
  }

  #value({ schema }: Parameter): string {
    const allowed = [...(schema.enum ?? []), schema.example, schema.default, schema.minimum, schema.maximum]
      .filter((value) => value !== undefined)
      .map(String);
    if (allowed.length > 0 && this.#random() % 8 < 5) return this.#of(allowed);
    return this.#text(allowed);
  }

  /** Of the list, as it is or mutated. */
  #text(more: readonly string[] = []): string {
    const text = this.#oneIn(4) && more.length > 0 ? this.#of(more) : this.#of(TEXTS);
    return this.#oneIn(3) ? this.#mutated(text) : text;
  }

  /** With 1 to 3 characters put in, taken out or said twice. */
  #mutated(text: string): string {
    let mutated = text;
    for (let changes = 1 + (this.#random() % 3); changes > 0; changes--) {
      const at = this.#random() % (mutated.length + 1);
      const kind = this.#random() % 3;
      if (kind === 0) mutated = mutated.slice(0, at) + this.#of(SPECIAL) + mutated.slice(at);
      else if (kind === 1) mutated = mutated.slice(0, at) + mutated.slice(at + 1 + (this.#random() % 4));
      else mutated = mutated.slice(0, at) + mutated.slice(Math.max(0, at - 8));
    }
    return mutated;
  }

  #headers(hasBody: boolean): Record<string, string> {
    const headers: Record<string, string> = this.#oneIn(4) ? {} : { authorization: `Bearer ${ADMIN_TOKEN}` };
    if (hasBody && !this.#oneIn(6)) headers['content-type'] = 'application/json';
    while (this.#oneIn(4)) {
      const [name, values] = this.#of(HEADERS);
      headers[name] = this.#of(values);
    }
    // Many, and then too many.
    if (this.#oneIn(200)) for (let i = this.#random() % 150; i > 0; i--) headers[`x-${i}`] = '1';
    return headers;
  }

  #body({ operation }: Route): string | undefined {
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema === undefined) return this.#oneIn(2) ? undefined : this.#of(TEXTS);
    if (this.#oneIn(6))
      return this.#of(['', '{', '[]', 'null', '1e999', '{"__proto__":{}}', '['.repeat(5000), '\u0000']);
    const text = JSON.stringify(this.#json(schema));
    return this.#oneIn(10) ? this.#mutated(text) : text;
  }

  #json(schema: Schema): unknown {
    const { type, properties, enum: words } = resolved(this.#description, schema);
    if (this.#oneIn(12))
      return this.#of<unknown>([null, [], {}, 0, -1, 1e300, true, 'x', [[[[]]]], { a: { b: 1 } }]);
    if (words !== undefined) return this.#of(words);
    if (properties !== undefined) {
      const entries = Object.entries(properties).filter(() => !this.#oneIn(6));
      const extra = this.#oneIn(12) ? { [this.#text()]: 1 } : {};
      return { ...Object.fromEntries(entries.map(([name, member]) => [name, this.#json(member)])), ...extra };
    }
    if (type === 'integer' || type === 'number') return this.#of([0, 1, -1, 10, 1e6, 1.5, 2 ** 53]);
    return this.#oneIn(3) ? this.#of([READ_TOKEN, ADMIN_TOKEN]) : this.#text();
  }

  #oneIn(n: number): boolean {
    return this.#random() % n === 0;
  }

  #of<T>(list: readonly T[]): T {
    return list[this.#random() % list.length]!;
  }
}

/** As clients send it, or `raw`: as it is, where a URL may hold it at all. */
function encode(text: string, raw: boolean): string {
  // Half a pair has no UTF-8.
  const whole = text.replace(/\p{Surrogate}/gu, '\ufffd');
  return raw ? whole.replace(/[\s#?&]/g, '%') : encodeURIComponent(whole);
}
