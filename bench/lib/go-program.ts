// The Go tool chain: `go tool pprof` is a peer of several benchmarks.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Undefined where this machine has no Go. */
export function goProgram(): string | undefined {
  const usual = '/usr/local/go/bin/go';
  if (existsSync(usual)) return usual;
  try {
    execFileSync('go', ['version'], { stdio: 'ignore' });
    return 'go';
  } catch {
    return undefined;
  }
}

/** The tool itself: `go tool` would be a parent that leaves it behind when it is told to end. */
export function pprofProgram(go: string): string {
  return execFileSync(go, ['tool', '-n', 'pprof'], { encoding: 'utf8' }).trim();
}
