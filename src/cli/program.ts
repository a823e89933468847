// The command line as a whole: its commands, where their options come from, and how it ends.
import type { Option } from 'commander';
import { Command, CommanderError } from 'commander';
import { completionCommand } from './commands/completion.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { exportCommand } from './commands/export.ts';
import type { ImportRequest } from './commands/import.ts';
import { importCommand } from './commands/import.ts';
import { pinCommand } from './commands/pin.ts';
import type { RecordRequest } from './commands/record.ts';
import { recordCommand } from './commands/record.ts';
import type { ServeFlags } from './commands/serve.ts';
import { serveCommand } from './commands/serve.ts';
import { sqlCommand } from './commands/sql.ts';
import { symbolizeCommand } from './commands/symbolize.ts';
import { topCommand } from './commands/top.ts';
import { unwindTableCommand } from './commands/unwind-table.ts';
import { configPath, DEFAULT_CONFIG_FILE } from './config-path.ts';
import { CommandFailure, failureLine, usageLines } from './failure.ts';
import { GROUPS, valueOption } from './option.ts';
import type { OpenLocalApp } from './profile-client.ts';
import { watchStandardOutput } from './standard-output.ts';
import { printable } from './terminal-text.ts';
import { VERSION } from './version.ts';

/** What the command line needs of parts that it does not see (src/main.ts gives them). */
export interface Actions {
  serve: (flags: ServeFlags) => Promise<void>;
  record: (request: RecordRequest) => Promise<number>;
  importFile: (request: ImportRequest) => Promise<void>;
  openLocalApp: OpenLocalApp;
}

const SOURCES = `
Options that take a value are also read from PILOTLIGHT_OPTION_NAME and from a configuration file
(--config, else ${DEFAULT_CONFIG_FILE}). The command line wins over the environment, that over the file.`;

export function pilotlightProgram({ serve, record, importFile, openLocalApp }: Actions): Command {
  const program = new Command('pilotlight')
    .description(
      'An always-on CPU profiler for Linux: samples every CPU, names the frames, keeps and serves them.',
    )
    .version(VERSION)
    .helpCommand(false)
    .addHelpText('afterAll', SOURCES);
  const commands = [
    serveCommand(serve),
    recordCommand(record),
    topCommand(openLocalApp),
    exportCommand(openLocalApp),
    importCommand(importFile),
    diffCommand(openLocalApp),
    sqlCommand(openLocalApp),
    pinCommand(openLocalApp),
    symbolizeCommand(),
    unwindTableCommand(),
    doctorCommand(),
  ];
  for (const command of commands) {
    command.addOption(
      valueOption(
        '--config <file>',
        `configuration file (default: ${DEFAULT_CONFIG_FILE} where there is one)`,
      ).helpGroup(GROUPS.settings),
    );
    program.addCommand(inherit(command));
  }
  program.addCommand(inherit(completionCommand(program)));
  inherit(program).hook('preAction', async (_, command) => {
    const { config } = command.opts<{ config?: string }>();
    if (!commands.includes(command) || configPath(config) === null) return;
    // The parser of YAML is loaded where there is a file for it.
    const { readConfigFile } = await import('./config-file.ts');
    readConfigFile(config, program)?.apply(command);
  });
  return program;
}

/** Commander does not hand these on to commands that are added whole. */
function inherit(command: Command): Command {
  return command
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(oneHint(text)) })
    .configureHelp({ optionDescription });
}

/** Commander's own repeats each variable's name, which follows from the option's, and that a switch is off. */
function optionDescription({
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
}: Option): string {
  const choices = argChoices === undefined ? [] : [argChoices.join(', ')];
  const none = defaultValue === undefined || typeof defaultValue === 'boolean';
  const fallback = none ? [] : [`default: ${defaultValueDescription ?? String(defaultValue)}`];
  const facts = [...choices, ...fallback];
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`;
}

/** What is wrong in one line, and one hint: commander's own where it has one. */
export function oneHint(text: string): string {
  const [what = '', suggestion] = text.trim().split('\n');
  return usageLines(printable(what.replace(/^error: /, '')), suggestion);
}

/** Runs it to its end and sets the exit code. */
export async function runProgram(program: Command, argv?: readonly string[]): Promise<void> {
  watchStandardOutput();
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommandFailure) {
      const { exitCode, message, hint } = error;
      process.stderr.write(exitCode === 2 ? usageLines(message, hint) : failureLine(error));
      process.exitCode = exitCode;
    } else if (error instanceof CommanderError) {
      // Commander has said what is wrong (or shown the help that was asked for).
      process.exitCode = error.exitCode === 0 ? 0 : 2;
    } else {
      throw error;
    }
  }
}
