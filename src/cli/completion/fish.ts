// The completion script for fish.
import type { CommandFacts, OptionFacts } from './command-tree.ts';

export function fishCompletion(commands: readonly CommandFacts[]): string {
  const names = commands.map(({ name, description }) =>
    ['complete -c pilotlight -f -n __fish_use_subcommand', `-a ${name}`, `-d ${quoted(description)}`].join(
      ' ',
    ),
  );
  return `# fish completion of pilotlight. In ~/.config/fish/config.fish:  pilotlight completion fish | source
${names.join('\n')}
${commands.flatMap(commandLines).join('\n')}
`;
}

function commandLines({ name, options, words }: CommandFacts): string[] {
  const when = `complete -c pilotlight -n '__fish_seen_subcommand_from ${name}'`;
  return [...argumentLine(when, words), ...options.map((option) => `${when} ${optionArguments(option)}`)];
}

function argumentLine(when: string, words: CommandFacts['words']): string[] {
  if (words === null) return [`${when} -a '(__fish_complete_subcommand)'`];
  if (words === 'file') return [`${when} -F`];
  return [`${when} -f${words.length > 0 ? ` -a '${words.join(' ')}'` : ''}`];
}

function optionArguments({ flags, description, value, choices }: OptionFacts): string {
  const named = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
  const values = {
    none: '',
    choice: `-x -a '${choices.join(' ')}'`,
    file: '-r -F',
    directory: "-x -a '(__fish_complete_directories)'",
    text: '-x',
  }[value];
  return [...named, values, `-d ${quoted(description)}`].filter((part) => part !== '').join(' ');
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
