// `pilotlight completion`: a script for the user's shell, made from the command line's own definition.
import { Argument, Command } from 'commander';
import { bashCompletion } from '../completion/bash.ts';
import type { CommandFacts } from '../completion/command-tree.ts';
import { commandFacts } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { print } from '../standard-output.ts';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } satisfies Record<
  string,
  (commands: readonly CommandFacts[]) => string
>;

const EXAMPLES = `
Examples:
  source <(pilotlight completion bash)
  pilotlight completion zsh > /usr/local/share/zsh/site-functions/_pilotlight
  pilotlight completion fish | source`;

/** `program` is asked when the command runs: then it has all its commands. */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('a script that completes commands and options in bash, zsh or fish')
    .addArgument(new Argument('<shell>', 'whose script').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: keyof typeof SHELLS) => print(SHELLS[shell](commandFacts(program))));
}
