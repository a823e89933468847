// Values of options: parsed once, with a message that says what would be right.
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../query/time.ts';

/** The address as it was given, once it has the form `host:port`. */
export function parseListenAddress(text: string): string {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):(\d{1,5})$/.exec(text);
  if (!match || Number(match[2]) > 65_535) {
    throw new InvalidArgumentError('It has the form address:port, such as 127.0.0.1:4040 or [::1]:4040.');
  }
  return text;
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

export function parsePid(text: string): number {
  const pid = Number(text);
  if (!/^\d+$/.test(text) || pid < 1) throw new InvalidArgumentError('It is the id of a process.');
  return pid;
}
