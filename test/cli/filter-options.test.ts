import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import type { FilterFlags } from '../../src/cli/filter-options.ts';
import { filterOptions, filterParameters } from '../../src/cli/filter-options.ts';

function parsed(...args: string[]) {
  const command = new Command();
  for (const option of filterOptions()) command.addOption(option);
  return filterParameters(command.parse(args, { from: 'user' }).opts<FilterFlags>());
}

describe('filter options', () => {
  it('are sent as the routes call them', () => {
    expect(parsed('--focus', 'a|b', '--ignore=idle', '--hide', 'libc', '--show-from', '^main$')).toEqual({
      focus: 'a|b',
      ignore: 'idle',
      hide: 'libc',
      show_from: '^main$',
    });
  });

  it('are left out where they are not given', () => {
    expect(Object.values(parsed())).toEqual([undefined, undefined, undefined, undefined]);
  });
});
