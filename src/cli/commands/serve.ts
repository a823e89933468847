// `pilotlight serve`: its options. The daemon itself lies in src/daemon/.
import { Command, Option } from 'commander';
import { debuginfodOption, debuginfodServers } from '../debuginfod-option.ts';
import { CommandFailure, failureLine, usageFailure } from '../failure.ts';
import { caution, refusal } from '../listen-policy.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseAge, parseBytes, parseHostNames, parseListenAddress, parseRate } from '../option-values.ts';
import { SERVICE_USER } from '../service-users.ts';

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
  tokenFile?: string;
  tlsCert?: string;
  tlsKey?: string;
  allowHost: string[];
  user?: string;
  /** As it was written; see debuginfodServers. */
  debuginfod?: string;
}

const EXAMPLES = `
Examples:
  sudo pilotlight serve --data-dir /var/lib/pilotlight --rate 99
  sudo pilotlight serve --listen 0.0.0.0:4040 --token-file tokens --tls-cert cert.pem --tls-key key.pem`;

export function serveCommand(serve: (flags: ServeFlags) => Promise<void>): Command {
  const command = new Command('serve')
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
      valueOption(
        '--user <name>',
        `user of the service (default: ${SERVICE_USER} when root starts it)`,
      ).helpGroup(GROUPS.settings),
    )
    .addOption(
      new Option('--no-sampler', 'serve what is stored, sample nothing (needs no privilege)').helpGroup(
        GROUPS.settings,
      ),
    )
    .addOption(debuginfodOption())
    .addHelpText('after', EXAMPLES);
  for (const option of accessOptions()) command.addOption(option.helpGroup(GROUPS.access));
  return command.action((flags: ServeFlags) => {
    checkAccess(flags);
    debuginfodServers(flags.debuginfod); // refuses what is no address
    return serve(flags);
  });
}

function accessOptions(): Option[] {
  return [
    valueOption('--token-file <file>', 'lines "SCOPE NAME TOKEN" of those who are let in; read, admin'),
    valueOption('--tls-cert <file>', 'certificate and those between it and its authority, PEM'),
    valueOption('--tls-key <file>', 'its key, PEM'),
    valueOption(
      '--allow-host <names>',
      'other names this server is asked by, separated by commas',
      parseHostNames,
    ).default([], 'loopback and, listening beyond it, addresses and the name of this host'),
    new Option('--insecure', 'listen beyond loopback without access control').default(false),
  ];
}

/** Throws a CommandFailure; tells what is allowed and dangerous. */
function checkAccess({ listen, insecure, tokenFile, tlsCert, tlsKey }: ServeFlags): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw usageFailure('--tls-cert and --tls-key belong together; give both');
  }
  if (insecure && tokenFile !== undefined) {
    throw usageFailure('--insecure lets everybody in, --token-file those with a token; give one of them');
  }
  const settings = { listen, insecure, tokens: tokenFile !== undefined, tls: tlsCert !== undefined };
  const refused = refusal(settings);
  if (refused !== null) throw new CommandFailure(refused);
  const dangerous = caution(settings);
  if (dangerous !== null) process.stderr.write(failureLine({ message: `caution: ${dangerous}` }));
}
