// The script in a real bash: what it completes, by the variables that bash sets for it.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { bashCompletion } from '../../../src/cli/completion/bash.ts';
import { commandFacts } from '../../../src/cli/completion/command-tree.ts';
import { testProgram } from '../test-program.ts';

const SCRIPT = bashCompletion(commandFacts(testProgram()));

/** What bash offers for the last word. `--norc`: nothing of the user's own, the package bash-completion neither. */
function complete(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ');
  const script = `${SCRIPT}
COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}
_pilotlight pilotlight "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const output = execFileSync('bash', ['--norc', '-u', '-c', script], { encoding: 'utf8', cwd: '/' });
  return output.split('\n').filter((line) => line !== '');
}

describe('in bash', () => {
  it('commands are completed', () => {
    expect(complete('pilotlight', '')).toEqual(
      expect.arrayContaining(['serve', 'record', 'top', 'export', 'diff', 'doctor', 'completion', '--help']),
    );
    expect(complete('pilotlight', 'do')).toEqual(['doctor']);
  });

  it("options are the command's own", () => {
    expect(complete('pilotlight', 'top', '--in')).toEqual(['--interval']);
    expect(complete('pilotlight', 'serve', '--no')).toEqual(['--no-sampler']);
    expect(complete('pilotlight', 'serve', '--interval')).toEqual([]);
    expect(complete('pilotlight', 'diff', '--left')).toEqual(['--left-from', '--left-until', '--left-query']);
  });

  it('values are choices, files, folders or nothing', () => {
    expect(complete('pilotlight', 'export', '--format', '')).toEqual([
      'pprof',
      'folded',
      'speedscope',
      'html',
      'bundle',
    ]);
    expect(complete('pilotlight', 'top', '--sort', 't')).toEqual(['total']);
    expect(complete('pilotlight', 'record', '-o', '/etc/host')).toEqual(
      expect.arrayContaining(['/etc/hosts']),
    );
    expect(complete('pilotlight', 'serve', '--data-dir', '/us')).toEqual(['/usr']);
    expect(complete('pilotlight', 'top', '--window', '')).toEqual([]);
    expect(complete('pilotlight', 'completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });

  it('a file may be the argument of a command', () => {
    expect(complete('pilotlight', 'unwind-table', '/etc/host')).toContain('/etc/hosts');
    expect(complete('pilotlight', 'unwind-table', '--j')).toEqual(['--json']);
  });

  it('a command line of its own follows --', () => {
    expect(complete('pilotlight', 'record', '--', 'bas')).toContain('bash');
    expect(complete('pilotlight', 'record', '--', 'bash', '/etc/host')).toContain('/etc/hosts');
    expect(complete('pilotlight', 'record', '--', 'bash', '--f')).not.toContain('--format');
  });
});
