// Options of `npm run bench -- kills`.
import { benchArgs, onlyWords, positiveWhole } from '../lib/bench-options.ts';

export const VICTIMS = ['sampler', 'service'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface KillsOptions {
  kills: number;
  victims: readonly Victim[];
  rateHz: number;
  report: string;
  write: boolean;
}

/** Of any number. */
const MOST = 10_000;
const LEAST_KILLS = 50;

export const HELP = `npm run bench -- kills [OPTIONS]: what is lost when a process of the daemon is killed under load

  --kills N      times that each is killed (50)
  --only NAMES   of ${VICTIMS.join(', ')}
  --rate HZ      samples per second and CPU (99)
  --report FILE  where the section is written (docs/benchmarks.md)
  --write        write it although there were fewer kills

With the defaults about 10 minutes. Needs root.`;

export function parseKillsOptions(args: readonly string[]): KillsOptions | 'help' {
  const { help, values, report, write } = benchArgs(args, ['kills', 'only', 'rate']);
  if (help) return 'help';
  const only = onlyWords(values.only, VICTIMS);
  const kills = positiveWhole('kills', values.kills, 50, MOST);
  return {
    kills,
    victims: only.length === 0 ? VICTIMS : VICTIMS.filter((victim) => only.includes(victim)),
    rateHz: positiveWhole('rate', values.rate, 99, MOST),
    report,
    write: write || (kills >= LEAST_KILLS && only.length === 0),
  };
}
