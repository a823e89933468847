// Options of `npm run bench -- clients`.
import { benchArgs, positive, positiveWhole } from '../lib/bench-options.ts';

export interface ClientsOptions {
  clients: number;
  minutes: number;
  rateHz: number;
  report: string;
  /** Whether the figures go into the report: asked for, or a run of the size that the aims speak of. */
  write: boolean;
}

export const HELP = `npm run bench -- clients [OPTIONS]: many clients at once while the host is sampled

  --clients N      clients, nine of ten as a page in live mode, the others asking for whatever there is (200)
  --minutes M      how long they ask (2)
  --report FILE    where the section is written (docs/benchmarks.md)
  --write          write it although the run is small

Needs root. The clients run on the same machine, and take CPU time from what they ask.`;

const AIMED = { clients: 200, minutes: 2 };

/** Throws a UsageError. */
export function parseClientsOptions(args: readonly string[]): ClientsOptions | 'help' {
  const { help, values, report, write } = benchArgs(args, ['clients', 'minutes']);
  if (help) return 'help';
  const clients = positiveWhole('clients', values.clients, AIMED.clients, 1000);
  const minutes = positive('minutes', values.minutes, AIMED.minutes, 60);
  const whole = clients >= AIMED.clients && minutes >= AIMED.minutes;
  return { clients, minutes, rateHz: 99, report, write: write || whole };
}
