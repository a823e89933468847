// What the machine does while it is recorded: servers, scripts, builds and type checks in turn, two CPUs busy throughout.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { churn } from '../lib/build-churn.ts';
import type { Child } from '../lib/child.ts';
import { endChild, startChild } from '../lib/child.ts';
import { ROOT } from '../lib/daemon.ts';
import { missingOf, WORKLOADS } from '../lib/workloads.ts';

/** Long enough for a program to do more than start, short enough for every turn to come several times. */
const TURN_SECONDS = 12;
const END_MS = 10_000;

/** Two busy programs each; `make` keeps two jobs going itself. */
const TURNS: readonly (readonly string[])[] = [
  ['node', 'sqlite'],
  ['make'],
  ['python', 'openssl'],
  ['node', 'tsc'],
  ['node', 'zstd'],
  ['gcc', 'go'],
  ['sqlite', 'python'],
];

/** Runs for about `seconds`; the folder is for what is built. Resolves to the names of programs that are not installed. */
export async function loadInTurns(folder: string, seconds: number): Promise<string[]> {
  const absent = new Set<string>();
  const deadline = performance.now() + seconds * 1000;
  for (let turn = 0; performance.now() < deadline; turn++) {
    const names = TURNS[turn % TURNS.length]!;
    if (names.includes('make')) await churn(join(folder, 'make'), 2, TURN_SECONDS);
    else for (const name of await together(names, folder)) absent.add(name);
  }
  return [...absent];
}

async function together(names: readonly string[], folder: string): Promise<string[]> {
  const commands = names.map((name) => ({ name, command: commandOf(name, folder) }));
  const running = commands.flatMap(({ command }) => (command === null ? [] : [start(command, folder)]));
  try {
    await sleep(TURN_SECONDS * 1000);
  } finally {
    await Promise.all(running.map((child) => endChild(child, 'SIGTERM', END_MS)));
  }
  return commands.flatMap(({ name, command }) => (command === null ? [name] : []));
}

/** Null where something that it needs is missing. */
function commandOf(name: string, folder: string): string[] | null {
  if (name === 'tsc') {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    return [process.execPath, tsc, '-p', join(ROOT, 'tsconfig.json')];
  }
  const workload = WORKLOADS.find((each) => each.name === name)!;
  return missingOf(workload).length > 0 ? null : workload.prepare(folder, TURN_SECONDS);
}

function start([program, ...args]: string[], folder: string): Child {
  const child = startChild(program!, args, { endSignal: 'SIGTERM', cwd: folder });
  child.stdout.resume();
  child.stderr.resume();
  return child;
}
