// The completion script for zsh, as a function of its completion system (zshcompsys(1)).
import type { CommandFacts, OptionFacts } from './command-tree.ts';

export function zshCompletion(commands: readonly CommandFacts[]): string {
  const described = commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`);
  return `#compdef pilotlight
# zsh completion of pilotlight. In a folder of $fpath, or in ~/.zshrc:  source <(pilotlight completion zsh)
_pilotlight() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe -t commands 'command' commands
    return
  fi
  local command=$words[2]
  shift words
  ((CURRENT--))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [[ $funcstack[1] == _pilotlight ]]; then _pilotlight "$@"; else compdef _pilotlight pilotlight; fi
`;
}

function commandCase({ name, options, words }: CommandFacts): string {
  const lines = [...options.map(optionSpec), ...argumentSpec(words)].map((spec) => `        ${spec}`);
  return `    ${name})\n      _arguments -s -S \\\n${lines.join(' \\\n')} ;;`;
}

function argumentSpec(words: CommandFacts['words']): string[] {
  if (words === null) return ["'*:: :_normal'"];
  if (words === 'file') return ["':file:_files'"];
  return words.length > 0 ? [`'*: :(${words.join(' ')})'`] : [];
}

/** `'(-o --output)'{-o,--output}'[description]:value:_files'` */
function optionSpec({ flags, description, value, choices }: OptionFacts): string {
  const action = {
    none: '',
    choice: `:value:(${choices.join(' ')})`,
    file: ':file:_files',
    directory: ':directory:_files -/',
    text: ':value: ',
  }[value];
  // Brackets would end the description, a colon its part of the specification.
  const text = quoted(`[${description.replace(/[[\]:\\]/g, '\\$&')}]${action}`);
  return flags.length === 1
    ? `${flags[0]!}${text}`
    : `${quoted(`(${flags.join(' ')})`)}{${flags.join(',')}}${text}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
