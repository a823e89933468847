// A command on a pseudo-terminal, by script(1) of util-linux: keys can be typed, and what it shows is kept.
import type { Running } from './programs.ts';
import { Programs } from './programs.ts';

const programs = new Programs();

/** Standard input of `script` is what is typed; its output is all that the terminal shows. */
export function onTerminal(command: readonly string[], env: Record<string, string> = {}): Running {
  const line = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ');
  return programs.start(
    'script',
    ['--quiet', '--return', '--flush', '--command', `exec ${line}`, '/dev/null'],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, TERM: 'xterm', ...env },
    },
  );
}

export function type(running: Running, keys: string): void {
  running.child.stdin!.write(keys);
}

export async function closeTerminals(): Promise<void> {
  await programs.stopAll();
  programs.remove();
}
