// `pilotlight serve`: its options. The daemon itself lies in src/daemon/.
import { Command, Option } from 'commander';
import { debuginfodOption, debuginfodServers } from '../debuginfod-option.ts';
import { CommandFailure } from '../failure.ts';
import { refusal } from '../listen-policy.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseAge, parseBytes, parseListenAddress, parseRate } from '../option-values.ts';

export const DEFAULT_DATA_DIR = '/var/lib/pilotlight';

const HOUR_MS = 3_600_000;

export interface ServeFlags {
  listen: string;
  dataDir: string;
  rate: number;
  memoryLimit: number;
  /** ms. */
  rawFor: number;
  retention: number;
  /** Bytes. */
  retentionSize: number;
  sampler: boolean;
  insecure: boolean;
  /** As it was written; see debuginfodServers. */
  debuginfod?: string;
}

const EXAMPLES = `
Example:
  sudo pilotlight serve --data-dir /var/lib/pilotlight --rate 99`;

export function serveCommand(serve: (flags: ServeFlags) => Promise<void>): Command {
  return new Command('serve')
    .description('the daemon: sample this host, store profiles, serve the page, pprof and JSON')
    .addOption(
      valueOption('--listen <address>', 'address and port of the page', parseListenAddress)
        .default('127.0.0.1:4040')
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      valueOption('--data-dir <dir>', 'where profiles are kept')
        .default(DEFAULT_DATA_DIR)
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      valueOption('--rate <hz>', 'samples per second and CPU', parseRate)
        .default(99)
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      valueOption('--memory-limit <bytes>', 'memory of the database', parseBytes)
        .default(256e6, '256MB')
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      valueOption(
        '--raw-for <time>',
        'keep every sample so long, then sums of 10 s, after 7 days of 1 min',
        parseAge,
      )
        .default(24 * HOUR_MS, '24h')
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      valueOption('--retention <time>', 'delete profiles that are older', parseAge)
        .default(30 * 24 * HOUR_MS, '30d')
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      valueOption(
        '--retention-size <bytes>',
        'delete the oldest when the data directory has more',
        parseBytes,
      )
        .default(20e9, '20GB')
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      new Option('--no-sampler', 'serve what is stored, sample nothing (needs no privilege)').helpGroup(
        GROUPS.settings,
      ),
    )
    .addOption(
      new Option('--insecure', 'listen beyond loopback without access control')
        .default(false)
        .helpGroup(GROUPS.settings),
    )
    .addOption(debuginfodOption())
    .addHelpText('after', EXAMPLES)
    .action((flags: ServeFlags) => {
      const refused = refusal(flags.listen, flags.insecure);
      if (refused !== null) throw new CommandFailure(refused);
      debuginfodServers(flags.debuginfod); // refuses what is no address
      return serve(flags);
    });
}
