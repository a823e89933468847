// Who answers the commands that ask for profiles: a server over HTTP, or the same app in this process on a data directory.
import { readFileSync } from 'node:fs';
import type { Fetch } from './authority-fetch.ts';
import { CommandFailure, errorCode } from './failure.ts';
import { printable } from './terminal-text.ts';

export type Parameters = Readonly<Record<string, string | number | undefined>>;

export interface RequestOptions {
  signal?: AbortSignal | undefined;
  /** GET where it is missing. */
  method?: 'POST' | 'DELETE';
  /** Sent as JSON. */
  body?: object;
}

export interface ProfileClient {
  /** Where answers come from, as messages name it: the server's address or the data directory. */
  readonly source: string;
  /** The answer to `path`, whatever its status; rejects with a CommandFailure where there is none. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  close(): Promise<void>;
}

/** What an app in this process has to offer (`src/daemon/local-app.ts`). */
export interface LocalApp {
  request(path: string, init?: RequestInit): Promise<Response>;
  close(): Promise<void>;
}

/** Resolves to the app on a data directory; rejects with a CommandFailure where it cannot be opened. */
export type OpenLocalApp = (dataDir: string, access?: 'read' | 'write') => Promise<LocalApp>;

const WHY_UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host name',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNRESET: 'it closed the connection',
  UND_ERR_SOCKET: 'it closed the connection',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  HPE_INVALID_CONSTANT: 'what listens there does not speak HTTP',
  EPROTO: 'what listens there does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'what listens there does not speak TLS',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ...Object.fromEntries(
    [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ].map((code) => [code, 'nobody known here has signed its certificate (--tls-ca names an authority)']),
  ),
};

export class HttpClient implements ProfileClient {
  readonly source: string;
  readonly #headers: Record<string, string>;
  readonly #fetch: Fetch;

  /** `server` as `parseServer` gives it. */
  constructor(server: string, token?: string, fetchBy: Fetch = fetch) {
    this.source = server;
    this.#fetch = fetchBy;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  async request(path: string, options: RequestOptions = {}): Promise<Response> {
    const { headers, ...init } = requestInit(options);
    try {
      return await this.#fetch(this.source + path, { ...init, headers: { ...headers, ...this.#headers } });
    } catch (error) {
      throw unreachable(this.source, error);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface PlainInit extends Omit<RequestInit, 'headers'> {
  headers?: Record<string, string>;
}

function requestInit({ signal, method, body }: RequestOptions): PlainInit {
  const watched: PlainInit = signal === undefined ? {} : { signal };
  if (method === undefined) return watched;
  // The server takes nothing but JSON, which no page elsewhere can send without being asked about it first.
  const headers = { 'content-type': 'application/json' };
  return { ...watched, method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
}

function unreachable(server: string, error: unknown): CommandFailure {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new CommandFailure(`${server} does not answer in time`, { cause: error });
  }
  // fetch itself says only "fetch failed".
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const code = errorCode(reason);
  return new CommandFailure(`cannot reach ${server}: ${WHY_UNREACHABLE[code] ?? printable(code)}`, {
    hint: 'is the daemon running? Start it: sudo pilotlight serve, or name another with --server',
    cause: error,
  });
}

export class LocalClient implements ProfileClient {
  readonly source: string;
  readonly #app: LocalApp;

  constructor(dataDir: string, app: LocalApp) {
    this.source = dataDir;
    this.#app = app;
  }

  request(path: string, options: RequestOptions = {}): Promise<Response> {
    return this.#app.request(path, requestInit(options));
  }

  close(): Promise<void> {
    return this.#app.close();
  }
}

/**
 * The token in a file of its own: a secret on the command line would be seen by every user of the host. The daemon's
 * file, of lines "SCOPE NAME TOKEN", will do as well: its first token counts.
 */
export function readToken(path: string): string {
  const lines = readText('token', path, '--token-file')
    .split('\n')
    .map((line) => line.trim());
  const [first = '', ...others] = lines.filter((line) => line !== '' && !line.startsWith('#'));
  const words = first.split(/\s+/);
  const alone = words.length === 1 && others.length === 0;
  const token = alone || words.length === 3 ? words.at(-1)! : '';
  // RFC 6750: what may stand behind "Bearer".
  if (/^[\w\-.~+/]+=*$/.test(token)) return token;
  throw new CommandFailure(`${path} holds no token`, {
    hint: 'it is one line of letters, digits and -._~+/=',
  });
}

/** Certificates of authorities, PEM. */
export function readAuthorities(path: string): string {
  const text = readText('certificates', path, '--tls-ca');
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new CommandFailure(`${path} holds no certificate`, { hint: 'it is in PEM form' });
}

function readText(what: string, path: string, option: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new CommandFailure(`cannot read the ${what} in ${path}: ${errorCode(error)}`, {
      hint: `give another ${option}`,
      cause: error,
    });
  }
}
