// `pilotlight doctor`: its options.
import { Command, Option } from 'commander';
import { addServerOptions, serverClient } from '../connection.ts';
import type { ServerFlags } from '../connection.ts';
import { doctor } from '../doctor.ts';
import { thisHost } from '../host-view.ts';
import { GROUPS, valueOption } from '../option.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

const EXAMPLES = `
Example:
  sudo pilotlight doctor`;

interface DoctorFlags extends ServerFlags {
  dataDir: string;
  json: boolean;
}

export function doctorCommand(): Command {
  const command = new Command('doctor').description(
    'what this host offers, what is missing, and the command that mends it',
  );
  return addServerOptions(command)
    .addOption(
      valueOption('--data-dir <dir>', 'where profiles would be kept')
        .default(DEFAULT_DATA_DIR)
        .helpGroup(GROUPS.settings),
    )
    .addOption(new Option('--json', 'for programs').default(false).helpGroup(GROUPS.output))
    .addHelpText('after', EXAMPLES)
    .action(async ({ dataDir, json, ...server }: DoctorFlags) => {
      const daemon = serverClient(server);
      process.exitCode = await doctor({ json, host: thisHost(dataDir), daemon });
    });
}
