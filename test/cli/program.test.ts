import { describe, expect, it } from 'vitest';
import { oneHint } from '../../src/cli/program.ts';
import { testProgram } from './test-program.ts';

describe('a usage error', () => {
  it('is one line and one hint', () => {
    expect(oneHint("error: unknown option '--x'\n")).toBe(
      "error: unknown option '--x'\n(--help shows what there is)\n",
    );
    expect(oneHint("error: unknown option '--form'\n(Did you mean --from?)\n")).toBe(
      "error: unknown option '--form'\n(Did you mean --from?)\n",
    );
  });

  it('shows what was typed harmlessly', () => {
    expect(oneHint("error: unknown option '--\x1b[2J'\n")).toContain("'--\\x1b[2J'");
  });
});

describe('every command', () => {
  const commands = testProgram().commands;

  it.each(commands.map((command) => [command.name(), command] as const))(
    '%s has an example in its help, and says where options come from',
    (name, command) => {
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) });
      command.outputHelp();
      expect(help).toMatch(new RegExp(`\nExamples?:\n  .*pilotlight ${name}`));
      expect(help).toMatch(/PILOTLIGHT_OPTION_NAME and from a configuration file/);
      expect(help).not.toMatch(/env:|default: false/);
    },
  );

  it('takes every value from the environment too', () => {
    const values = commands.flatMap((command) => command.options.filter((option) => option.required));
    expect(values.length).toBeGreaterThan(30);
    expect(values.filter(({ envVar }) => envVar === undefined).map(({ flags }) => flags)).toEqual([]);
  });
});
