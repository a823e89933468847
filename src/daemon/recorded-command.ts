// The command that `record` runs: signals find their way to it, and its exit code back.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { ENDING_SIGNALS, signalExitCode } from '../cli/way-out.ts';
import { printable } from '../cli/terminal-text.ts';

/** What shells answer for a command that is not there, and for one that may not be run. */
const NOT_FOUND = 127;
const NOT_RUN = 126;

export interface CommandEnd {
  exitCode: number;
  /** False where there was nothing to record. */
  ran: boolean;
}

/**
 * Resolves when the command has ended: its exit code, or 128 + signal as shells have it. A signal to end goes to the
 * command, and the recording ends with it; a second Ctrl-C ends the recording although the command goes on.
 */
export function runCommand(command: readonly string[], onStart: (pid: number) => void): Promise<CommandEnd> {
  const [file, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(file!, args, { stdio: 'inherit' });
    if (child.pid !== undefined) onStart(child.pid);
    const stopForwarding = forwardSignals(child, () => {
      child.unref();
      settle({ exitCode: signalExitCode('SIGINT'), ran: true });
    });
    const settle = (end: CommandEnd): void => {
      stopForwarding();
      resolve(end);
    };
    child.once('error', (error: NodeJS.ErrnoException) => {
      console.error(`pilotlight: cannot run ${printable(file!)}: ${error.message}`);
      settle({ exitCode: error.code === 'EACCES' ? NOT_RUN : NOT_FOUND, ran: false });
    });
    child.once('exit', (code, signal) =>
      settle({ exitCode: code ?? (signal === null ? 1 : signalExitCode(signal)), ran: true }),
    );
  });
}

/** Returns what ends the forwarding. While it lasts, signals end neither us nor the recording. */
function forwardSignals(child: ChildProcess, giveUp: () => void): () => void {
  let interrupts = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGINT' && ++interrupts > 1) return giveUp();
    // A terminal's Ctrl-C reaches the whole foreground process group: the command has it already.
    if (signal === 'SIGINT' && inForeground()) return;
    child.kill(signal);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
  };
}

/** Whether our process group is the one that our terminal sends its signals to (proc(5): pgrp and tpgid of stat). */
function inForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[2] === fields[5];
}
