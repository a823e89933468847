// `pilotlight import`: its options. What it imports into needs a store and lies in src/daemon/import.ts.
import { Command } from 'commander';
import { GROUPS, valueOption } from '../option.ts';
import { exitOnSignals } from '../way-out.ts';
import { DEFAULT_DATA_DIR } from './serve.ts';

export interface ImportRequest {
  /** A bundle's folder or tar, or a pprof file. */
  source: string;
  dataDir: string;
  /** Of a pprof file's samples that say none. */
  comm?: string;
}

const EXAMPLES = `
Examples:
  sudo pilotlight import incident.tar
  pilotlight import cpu.pb.gz --comm myserver --data-dir ./profiles

The data directory must not be held by a daemon. What is older than the daemon's --retention is deleted by it: pin the
window to keep it (pilotlight pin).`;

export function importCommand(importFile: (request: ImportRequest) => Promise<void>): Command {
  return new Command('import')
    .description('a pprof file or a bundle into a data directory')
    .argument('<source>', "a bundle's folder or .tar, or a CPU profile of pprof")
    .addOption(
      valueOption('--data-dir <dir>', 'where profiles are kept')
        .default(DEFAULT_DATA_DIR)
        .helpGroup(GROUPS.settings),
    )
    .addOption(
      valueOption('--comm <name>', "label comm of a pprof file's samples that have none").helpGroup(
        GROUPS.settings,
      ),
    )
    .addHelpText('after', EXAMPLES)
    .action((source: string, flags: Omit<ImportRequest, 'source'>) => {
      exitOnSignals();
      return importFile({ source, ...flags });
    });
}
