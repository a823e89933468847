// What a shell has to know to complete a command line: commands, options, and what their values may be.
import type { Argument, Command, Option } from 'commander';

/** What may follow an option. */
export type ValueKind = 'none' | 'file' | 'directory' | 'choice' | 'text';

export interface OptionFacts {
  /** `-o`, `--output` */
  flags: readonly string[];
  description: string;
  value: ValueKind;
  choices: readonly string[];
}

export interface CommandFacts {
  name: string;
  description: string;
  options: readonly OptionFacts[];
  /** Words that its argument may be, or 'file' where it names one; null where it takes a command line, as `record -- CMD`. */
  words: readonly string[] | 'file' | null;
}

export function commandFacts(program: Command): CommandFacts[] {
  const help = program.createHelp();
  return help
    .visibleCommands(program)
    .filter((command) => command.name() !== 'help')
    .map((command) => ({
      name: command.name(),
      description: command.description(),
      options: help.visibleOptions(command).map(optionFacts),
      words: argumentWords(command.registeredArguments),
    }));
}

function argumentWords(declared: readonly Argument[]): CommandFacts['words'] {
  if (declared.some((argument) => argument.variadic)) return null;
  if (declared.some((argument) => argument.name() === 'file')) return 'file';
  return declared.flatMap((argument) => argument.argChoices ?? []);
}

function optionFacts(option: Option): OptionFacts {
  const flags = [option.short, option.long].filter((flag) => flag !== undefined);
  const choices = option.argChoices ?? [];
  return { flags, description: option.description, value: valueKind(option), choices };
}

/** By the placeholder of the option's flags: `<file>`, `<dir>`. */
function valueKind(option: Option): ValueKind {
  if (!option.required && !option.optional) return 'none';
  if (option.argChoices !== undefined) return 'choice';
  if (option.flags.endsWith('<file>')) return 'file';
  return option.flags.endsWith('<dir>') ? 'directory' : 'text';
}
