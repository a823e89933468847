// One file over HTTP, within limits of size and time.
import { open, type FileHandle } from 'node:fs/promises';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { get as httpsGet } from 'node:https';
import { isSystemError } from '../../binary/byte-source.ts';
import { isHttp } from './debuginfod-servers.ts';

export interface DownloadLimits {
  maxBytes: number;
  /** For the whole of it. */
  timeoutMs: number;
  /** Without a byte arriving. */
  idleTimeoutMs: number;
  maxRedirects: number;
}

export type DownloadFailure =
  | 'not-there' // 404: the server knows for certain
  | 'too-large'
  | 'too-slow'
  | 'too-many-redirects'
  | 'bad-answer' // another status, a redirect to something else than HTTP, a body that breaks off
  | 'unreachable'
  | 'disk'; // no space, no permission, …

export type DownloadResult =
  { ok: true; bytes: number } | { ok: false; reason: DownloadFailure; detail: string };

class DownloadError extends Error {
  readonly reason: DownloadFailure;

  constructor(reason: DownloadFailure, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** Writes the body to a new file at `path`, which is the caller's to delete when it fails. Rejects on no failure of these. */
export async function download(url: URL, path: string, limits: DownloadLimits): Promise<DownloadResult> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), limits.timeoutMs);
  let file: FileHandle | undefined;
  try {
    file = await onDisk(open(path, 'wx', 0o600));
    const response = await follow(url, limits, abort.signal);
    try {
      return { ok: true, bytes: await save(response, file, limits) };
    } finally {
      response.destroy();
    }
  } catch (error) {
    if (abort.signal.aborted) return failure('too-slow', `no end after ${limits.timeoutMs} ms`);
    if (error instanceof DownloadError) return failure(error.reason, error.message);
    if (isNetworkError(error)) return failure('unreachable', error.message);
    throw error;
  } finally {
    clearTimeout(timer);
    await file?.close();
  }
}

/** The file system's errors look like those of sockets: they are told apart here. */
async function onDisk<T>(done: Promise<T>): Promise<T> {
  try {
    return await done;
  } catch (error) {
    throw isSystemError(error) ? new DownloadError('disk', error.message) : error;
  }
}

function failure(reason: DownloadFailure, detail: string): DownloadResult {
  return { ok: false, reason, detail };
}

/** From https a redirect leads to https only. */
async function follow(start: URL, limits: DownloadLimits, signal: AbortSignal): Promise<IncomingMessage> {
  let url = start;
  for (let redirects = 0; redirects <= limits.maxRedirects; redirects++) {
    const response = await request(url, limits, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode === 200) return response;
    response.destroy();
    if (statusCode === 404) throw new DownloadError('not-there', `${url.host} does not have it`);
    if (statusCode < 300 || statusCode > 399 || headers.location === undefined) {
      throw new DownloadError('bad-answer', `${url.host} answers with status ${statusCode}`);
    }
    url = redirected(url, headers.location);
  }
  throw new DownloadError(
    'too-many-redirects',
    `${start.host} redirects more than ${limits.maxRedirects} times`,
  );
}

function redirected(from: URL, location: string): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : null;
  if (to !== null && isHttp(to) && (from.protocol === 'http:' || to.protocol === 'https:')) return to;
  throw new DownloadError('bad-answer', `${from.host} redirects to ${location.slice(0, 200)}`);
}

function request(url: URL, limits: DownloadLimits, signal: AbortSignal): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  // No compression: a body that unpacks to something else could not be told by its size.
  const headers = { 'user-agent': 'pilotlight', accept: '*/*', 'accept-encoding': 'identity' };
  return new Promise((resolve, reject) => {
    const sent = get(url, { signal, headers, agent: false }, resolve);
    sent.setTimeout(limits.idleTimeoutMs, () =>
      sent.destroy(new DownloadError('too-slow', `${url.host} sends nothing for ${limits.idleTimeoutMs} ms`)),
    );
    sent.on('error', reject);
  });
}

async function save(response: IncomingMessage, file: FileHandle, limits: DownloadLimits): Promise<number> {
  const declared = Number(response.headers['content-length'] ?? 0);
  const tooLarge = (bytes: number): DownloadError =>
    new DownloadError('too-large', `${bytes} bytes, at most ${limits.maxBytes} are taken`);
  if (declared > limits.maxBytes) throw tooLarge(declared);
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.maxBytes) throw tooLarge(bytes);
    await onDisk(file.writeFile(chunk));
  }
  if (!response.complete) throw new DownloadError('bad-answer', 'the body breaks off');
  return bytes;
}

/** What sockets, DNS, TLS and the parser of HTTP report. */
function isNetworkError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error;
}
