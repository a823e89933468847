// Options of the commands that show stacks: pprof's filters by what frames are called.
import type { Option } from 'commander';
import { GROUPS, valueOption } from './option.ts';
import type { Parameters } from './profile-client.ts';

export interface FilterFlags {
  focus?: string;
  ignore?: string;
  hide?: string;
  showFrom?: string;
}

/** Patterns match function names, source files and objects. */
export function filterOptions(): Option[] {
  return [
    valueOption('--focus <pattern>', 'only stacks with a function, file or object that matches'),
    valueOption('--ignore <pattern>', 'no stacks with one that matches'),
    valueOption('--hide <pattern>', 'leave matching frames out of their stacks'),
    valueOption('--show-from <pattern>', 'leave out what called the outermost match'),
  ].map((option) => option.helpGroup(GROUPS.what));
}

/** As the routes call them. */
export function filterParameters({ focus, ignore, hide, showFrom }: FilterFlags): Parameters {
  return { focus, ignore, hide, show_from: showFrom };
}
