// What every section of the report says of its run: when, of which commit, on which machine, by which command.
import { ROOT } from './daemon.ts';
import { describeCommit, describeMachine } from './machine.ts';

export interface RunFacts {
  /** YYYY-MM-DD, UTC. */
  date: string;
  commit: string | undefined;
  machine: string;
  command: string;
}

/** Of this run of the benchmark `name`. */
export function runFacts(name: string, args: readonly string[]): RunFacts {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: describeCommit(ROOT),
    machine: describeMachine(),
    command: [`npm run bench -- ${name}`, ...args].join(' '),
  };
}

/** A Markdown list. `reference`: what the figures were compared with, and its version. */
export function factLines({ date, commit, machine, command }: RunFacts, reference?: string): string {
  return [
    `- Date: ${date}${commit === undefined ? '' : `, commit ${commit}`}`,
    `- Machine: ${machine}`,
    ...(reference === undefined ? [] : [`- Reference: ${reference}`]),
    `- Command: \`${command}\``,
  ].join('\n');
}
