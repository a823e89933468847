// Options that take a value can be set in three places: the command line, PILOTLIGHT_* variables, the configuration
// file (config-file.ts), in this order. Commander knows the first two; all of them use the same parser.
import { Option } from 'commander';

/** `--data-dir` → `PILOTLIGHT_DATA_DIR`. */
export function variableOf(longFlag: string): string {
  return `PILOTLIGHT_${longFlag.replace(/^--/, '').replaceAll('-', '_').toUpperCase()}`;
}

/** An option with a value, which its PILOTLIGHT_* variable sets too. */
export function valueOption<T = string>(
  flags: string,
  description: string,
  parse?: (text: string, previous: T | undefined) => T,
): Option {
  const option = new Option(flags, description);
  option.env(variableOf(option.long!));
  if (parse !== undefined) option.argParser<T | undefined>(parse);
  return option;
}

/** Headings of the groups in which `--help` shows a command's options. */
export const GROUPS = {
  what: 'What to look at:',
  source: 'Where profiles come from:',
  output: 'Output:',
  settings: 'Settings:',
  access: 'Who may ask:',
} as const;
