import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandFacts } from '../../../src/cli/completion/command-tree.ts';
import { fishCompletion } from '../../../src/cli/completion/fish.ts';
import { testProgram } from '../test-program.ts';

const script = fishCompletion(commandFacts(testProgram()));
const lines = script.split('\n');

describe('the script for fish', () => {
  it('completes commands first, then the options of the one that was typed', () => {
    expect(lines).toContain(
      "complete -c pilotlight -f -n __fish_use_subcommand -a top -d 'live table of functions, like top(1)'",
    );
    expect(lines).toContainEqual(
      expect.stringMatching(
        /__fish_seen_subcommand_from export' -l format -x -a 'pprof folded speedscope html bundle' -d /,
      ),
    );
    expect(lines).toContainEqual(expect.stringMatching(/_from export' -s o -l output -r -F -d /));
    expect(lines).toContainEqual(expect.stringMatching(/_from top' -l once -d 'print one table and end'$/));
    expect(lines).toContain(
      "complete -c pilotlight -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'",
    );
    expect(lines).toContain("complete -c pilotlight -n '__fish_seen_subcommand_from unwind-table' -F");
  });

  it('has one quoted description per line, whatever it holds', () => {
    const option = { flags: ['--x'], description: "it's a \\", value: 'none' as const, choices: [] };
    const text = fishCompletion([{ name: 'c', description: 'd', options: [option], words: [] }]);
    expect(text).toContain("-l x -d 'it\\'s a \\\\'");
  });

  it('is read by fish where there is one', () => {
    const fish = spawnSync('fish', ['--no-execute'], { input: script, encoding: 'utf8' });
    if (fish.error === undefined) expect(fish).toMatchObject({ status: 0, stderr: '' });
    expect(lines.filter((line) => line !== '' && !/^(#|complete -c pilotlight )/.test(line))).toEqual([]);
  });
});
