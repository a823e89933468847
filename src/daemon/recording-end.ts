// When a recording without a command ends: after its time, with the process it is about, or when it is told to.
import { existsSync } from 'node:fs';
import { ENDING_SIGNALS } from '../cli/way-out.ts';

/** Between two looks whether the process still runs. */
const LOOK_MS = 100;

/** Resolves at the first of the three. Ctrl-C ends the recording, not the program: what was recorded is written. */
export function recordingEnd(durationMs: number, pid: number | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(), durationMs);
    const watch = setInterval(() => {
      if (pid !== undefined && !existsSync(`/proc/${pid}`)) end();
    }, LOOK_MS);
    const end = (): void => {
      clearTimeout(timer);
      clearInterval(watch);
      for (const signal of ENDING_SIGNALS) process.off(signal, end);
      resolve();
    };
    for (const signal of ENDING_SIGNALS) process.on(signal, end);
  });
}
