// zsh and fish are not on every host: where they are, they check the syntax.
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commandFacts } from '../../../src/cli/completion/command-tree.ts';
import { zshCompletion } from '../../../src/cli/completion/zsh.ts';
import { testProgram } from '../test-program.ts';

const script = zshCompletion(commandFacts(testProgram()));

describe('the script for zsh', () => {
  it('describes commands and options, with their values', () => {
    expect(script.startsWith('#compdef pilotlight\n')).toBe(true);
    expect(script).toContain("'top:live table of functions, like top(1)'");
    expect(script).toContain("'(-o --output)'{-o,--output}'[");
    expect(script).toContain(':value:(pprof folded speedscope html)');
    expect(script).toContain(':directory:_files -/');
    expect(script).toContain("'*:: :_normal'");
    expect(script).toContain("':file:_files'");
  });

  it('escapes what would end a description', () => {
    const option = { flags: ['--x'], description: "it's [a]: b", value: 'none' as const, choices: [] };
    const text = zshCompletion([{ name: 'c', description: 'd', options: [option], words: [] }]);
    expect(text).toContain(`--x'[it'\\''s \\[a\\]\\: b]'`);
  });

  it('is read by zsh, or at least by bash as balanced quotes', () => {
    const zsh = spawnSync('zsh', ['-n'], { input: script, encoding: 'utf8' });
    if (zsh.error === undefined) expect(zsh).toMatchObject({ status: 0, stderr: '' });
    // The two agree on quotes, `case` and arrays; `*:: :` stands in quotes.
    expect(spawnSync('bash', ['-n'], { input: script, encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    });
  });
});
