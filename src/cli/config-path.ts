// Where the configuration file is, if there is one.
import { existsSync } from 'node:fs';

export const DEFAULT_CONFIG_FILE = '/etc/pilotlight/config.yaml';

/** The file that `--config` names, whether or not it is there, or the default one where it exists; null: there is none. */
export function configPath(given: string | undefined): string | null {
  return given ?? (existsSync(DEFAULT_CONFIG_FILE) ? DEFAULT_CONFIG_FILE : null);
}
