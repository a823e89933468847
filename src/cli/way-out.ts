// Every way out of the process: what was begun (a screen taken over, a file half written) is put right on each.
import { constants } from 'node:os';

/** Signals that ask a program to end and that it may answer. */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What shells answer for a command that a signal ended. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** Runs `work` (which cannot wait for anything) when the process ends, also by an error nobody caught. Returns what takes that back. */
export function onWayOut(work: () => void): () => void {
  process.on('exit', work);
  return () => process.off('exit', work);
}

/**
 * From now on a signal ends the process as `process.exit` does, so that what `onWayOut` was given runs. Returns what
 * takes that back.
 */
export function exitOnSignals(): () => void {
  const exit = (signal: NodeJS.Signals): void => process.exit(signalExitCode(signal));
  for (const signal of ENDING_SIGNALS) process.on(signal, exit);
  return () => {
    for (const signal of ENDING_SIGNALS) process.off(signal, exit);
  };
}
