// Values of options: parsed once, with a message that says what would be right.
import { InvalidArgumentError } from 'commander';
import { parseDuration, parseTime } from '../query/time.ts';

/** The address as it was given, once it has the form `host:port`. */
export function parseListenAddress(text: string): string {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  if (!match || Number(match[2]) > 65_535) {
    throw new InvalidArgumentError('It has the form address:port, such as 127.0.0.1:4040 or [::1]:4040.');
  }
  return text;
}

/** `profiler.internal,gate.internal:8443` */
export function parseHostNames(text: string): string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.every((name) => /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(name))) return names;
  throw new InvalidArgumentError('It is a list of names such as profiler.internal,gate.internal:8443.');
}

/** The timer's interrupt alone costs tens of microseconds on a virtual machine: 1 kHz is the most that is sane. */
const MAX_RATE_HZ = 1000;

export function parseRate(text: string): number {
  const rate = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || rate < 1 || rate > MAX_RATE_HZ) {
    throw new InvalidArgumentError(`It is a number from 1 to ${MAX_RATE_HZ}, in samples per second and CPU.`);
  }
  return rate;
}

const UNITS: Readonly<Record<string, number>> = {
  '': 1, B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30,
}; // prettier-ignore

export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)?) ?([kKMG]i?B|B|)$/.exec(text);
  const unit = UNITS[match?.[2] ?? 'none'];
  if (!match || unit === undefined) throw new InvalidArgumentError('It is a size such as 256MB or 1GiB.');
  return Math.round(Number(match[1]) * unit);
}

export function parseMs(text: string): number {
  const parsed = parseDuration(/^\d+$/.test(text) ? `${text}s` : text);
  if (!parsed.ok) throw new InvalidArgumentError('It is a duration such as 10s or 5m.');
  return parsed.ms;
}

/** Hours are sealed as a whole: less than one cannot be kept apart. */
const MIN_AGE_MS = 3_600_000;

/** Always with a unit: a number alone might be meant as days, and seconds would delete nearly everything. */
export function parseAge(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok || parsed.ms < MIN_AGE_MS) {
    throw new InvalidArgumentError('It is a duration of at least an hour, such as 24h or 30d.');
  }
  return parsed.ms;
}

export function parsePid(text: string): number {
  const pid = Number(text);
  if (!/^\d+$/.test(text) || pid < 1) throw new InvalidArgumentError('It is the id of a process.');
  return pid;
}

/** A number of rows; the server gives at most so many. */
export const MAX_ROWS = 10_000;

export function parseRows(text: string): number {
  const rows = Number(text);
  if (!/^\d+$/.test(text) || rows < 1 || rows > MAX_ROWS) {
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MAX_ROWS}.`);
  }
  return rows;
}

/** Rows of an answer to a statement. */
const MAX_SQL_ROWS = 1_000_000;

export function parseSqlRows(text: string): number {
  const rows = Number(text);
  if (!/^\d+$/.test(text) || rows < 1 || rows > MAX_SQL_ROWS) {
    throw new InvalidArgumentError(`It is a whole number from 1 to ${MAX_SQL_ROWS}.`);
  }
  return rows;
}

/** The text as it was given, once it is a time: relative ones are relative to the server's clock. */
export function parseTimeText(text: string): string {
  if (!parseTime(text, Date.now()).ok) {
    throw new InvalidArgumentError(
      'It is a time such as 2026-01-31T14:00:00Z, epoch milliseconds, now or now-15m.',
    );
  }
  return text.trim();
}

const SERVER_FORM = 'It is the address of a server, such as http://127.0.0.1:4040.';

/** The base of every request, without a slash at its end; `host:port` alone means http. */
export function parseServer(text: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(url)) throw new InvalidArgumentError(SERVER_FORM);
  const { protocol, origin, pathname, username, password, search, hash } = new URL(url);
  if (!/^https?:$/.test(protocol) || search !== '' || hash !== '')
    throw new InvalidArgumentError(SERVER_FORM);
  if (username !== '' || password !== '') {
    throw new InvalidArgumentError('Credentials belong into --token-file, not into the address.');
  }
  return `${origin}${pathname}`.replace(/\/+$/, '');
}
