// The completion script for bash (4 or newer; without the package bash-completion too).
import type { CommandFacts, OptionFacts } from './command-tree.ts';

export function bashCompletion(commands: readonly CommandFacts[]): string {
  return `# bash completion of pilotlight. In ~/.bashrc:  source <(pilotlight completion bash)
_pilotlight() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command= i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      --) _pilotlight_command "$i"; return ;;
      -*) ;;
      *) if [[ -z $command ]]; then command=\${COMP_WORDS[i]}; fi ;;
    esac
  done
  case $command in
    '') COMPREPLY=($(compgen -W '${words(commands.map(({ name }) => name))} --help --version' -- "$current")) ;;
${commands.map(commandCase).join('\n')}
  esac
}
# Behind --: a command line of its own.
_pilotlight_command() {
  if declare -F _command_offset >/dev/null; then _command_offset $(($1 + 1)); return; fi
  if ((COMP_CWORD == $1 + 1)); then COMPREPLY=($(compgen -c -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -o bashdefault -F _pilotlight pilotlight
`;
}

function commandCase({ name, options, words: argumentWords }: CommandFacts): string {
  const valued = options.filter(({ value }) => value !== 'none').map(optionCase);
  const flags = options.flatMap((option) => option.flags);
  const offered = argumentWords === 'file' ? flags : [...flags, ...(argumentWords ?? ['--'])];
  const files = argumentWords === 'file' ? ' $(compgen -f -- "$current")' : '';
  return `    ${name})
      case $previous in
${valued.join('\n')}
        *) COMPREPLY=($(compgen -W '${words(offered)}' -- "$current")${files}) ;;
      esac ;;`;
}

function optionCase({ flags, value, choices }: OptionFacts): string {
  const reply = {
    choice: `COMPREPLY=($(compgen -W '${words(choices)}' -- "$current"))`,
    file: 'COMPREPLY=($(compgen -f -- "$current"))',
    directory: 'COMPREPLY=($(compgen -d -- "$current"))',
    text: ':',
    none: ':',
  }[value];
  return `        ${flags.join(' | ')}) ${reply} ;;`;
}

/** Names of commands and options hold nothing that a shell reads otherwise; a quote would end the list. */
function words(list: readonly string[]): string {
  return list.join(' ').replaceAll("'", "'\\''");
}
