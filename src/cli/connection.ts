// The options that say where profiles come from, and the client that they mean.
import type { Command } from 'commander';
import { fetchTrusting } from './authority-fetch.ts';
import { usageFailure } from './failure.ts';
import { GROUPS, valueOption } from './option.ts';
import { parseServer } from './option-values.ts';
import type { OpenLocalApp, ProfileClient } from './profile-client.ts';
import { HttpClient, LocalClient, readAuthorities, readToken } from './profile-client.ts';

export const DEFAULT_SERVER = 'http://127.0.0.1:4040';

export interface ServerFlags {
  server: string;
  tokenFile?: string;
  tlsCa?: string;
}

export interface ConnectionFlags extends ServerFlags {
  dataDir?: string;
}

export function addServerOptions(command: Command): Command {
  const group = GROUPS.source;
  return command
    .addOption(
      valueOption('--server <url>', 'the daemon to ask', parseServer)
        .default(DEFAULT_SERVER)
        .helpGroup(group),
    )
    .addOption(
      valueOption('--token-file <file>', 'file with the token that the daemon asks for').helpGroup(group),
    )
    .addOption(
      valueOption(
        '--tls-ca <file>',
        "certificates that sign the daemon's, PEM, instead of known ones",
      ).helpGroup(group),
    );
}

export function addConnectionOptions(command: Command): Command {
  return addServerOptions(command).addOption(
    valueOption('--data-dir <dir>', 'a data directory that no daemon holds, instead of a server').helpGroup(
      GROUPS.source,
    ),
  );
}

/** What wins where both are given: the command line, then the environment, then the configuration file. */
const RANK: Readonly<Record<string, number>> = { default: 0, config: 1, env: 2, cli: 3 };

/** Whether `--data-dir` is meant rather than `--server`; a tie on the command line is a contradiction. */
function meansDataDir(command: Command): boolean {
  const rank = (name: keyof ConnectionFlags) => RANK[command.getOptionValueSource(name) ?? ''] ?? -1;
  const [server, dataDir] = [rank('server'), rank('dataDir')];
  if (server === dataDir && dataDir === RANK['cli']) {
    throw usageFailure('profiles come from --server or from --data-dir; give one of them');
  }
  return dataDir > server;
}

/** Opens what the options of a command mean. */
export async function connect(command: Command, openLocalApp: OpenLocalApp): Promise<ProfileClient> {
  const { dataDir, ...flags } = command.opts<ConnectionFlags>();
  if (dataDir !== undefined && meansDataDir(command)) {
    return new LocalClient(dataDir, await openLocalApp(dataDir));
  }
  return serverClient(flags);
}

export function serverClient({ server, tokenFile, tlsCa }: ServerFlags): ProfileClient {
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  return new HttpClient(
    server,
    token,
    tlsCa === undefined ? undefined : fetchTrusting(readAuthorities(tlsCa)),
  );
}

/** Runs `work` with the client and closes it afterwards, however that ends. */
export async function withClient<T>(
  command: Command,
  openLocalApp: OpenLocalApp,
  work: (client: ProfileClient) => Promise<T>,
): Promise<T> {
  const client = await connect(command, openLocalApp);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}
