import { describe, expect, it } from 'vitest';
import { commandFacts } from '../../../src/cli/completion/command-tree.ts';
import { testProgram } from '../test-program.ts';

const facts = commandFacts(testProgram());
const optionOf = (command: string, flag: string) =>
  facts.find(({ name }) => name === command)?.options.find(({ flags }) => flags.includes(flag));

describe('commandFacts', () => {
  it('has every command', () => {
    expect(facts.map(({ name }) => name)).toEqual([
      'serve', 'record', 'top', 'export', 'import', 'diff', 'sql', 'pin', 'symbolize', 'unwind-table', 'doctor',
      'completion',
    ]); // prettier-ignore
  });

  it('tells what an option takes', () => {
    expect(optionOf('export', '-o')).toMatchObject({ flags: ['-o', '--output'], value: 'file' });
    expect(optionOf('serve', '--data-dir')).toMatchObject({ value: 'directory' });
    expect(optionOf('diff', '--format')).toMatchObject({ value: 'choice', choices: ['table', 'pprof'] });
    expect(optionOf('top', '--once')).toMatchObject({ value: 'none' });
    expect(optionOf('top', '--window')).toMatchObject({ value: 'text' });
    expect(optionOf('top', '--help')).toMatchObject({ value: 'none' });
  });

  it('tells a command line from words and files', () => {
    expect(facts.find(({ name }) => name === 'unwind-table')?.words).toBe('file');
    expect(facts.find(({ name }) => name === 'record')?.words).toBeNull();
    expect(facts.find(({ name }) => name === 'completion')?.words).toEqual(['bash', 'zsh', 'fish']);
  });
});
