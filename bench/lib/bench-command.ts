// What every benchmark does around its measuring: options, the refusal without root, the report, the exit code.
import { resolve } from 'node:path';
import { writeSection } from './report.ts';

const beginMs = performance.now();

/** A line of progress, with the seconds since the start. */
export function say(line: string): void {
  const seconds = (performance.now() - beginMs) / 1000;
  console.error(`${seconds.toFixed(0).padStart(5)} s  ${line}`);
}

export class UsageError extends Error {}

export interface BenchCommand<O> {
  help: string;
  /** Throws a UsageError. */
  parse: (args: readonly string[]) => O | 'help';
  /** Why these options need root; null where they do not. */
  needsRoot: (options: O) => string | null;
  run: (options: O, args: readonly string[]) => Promise<void>;
}

/** Exit codes: 0 done, 1 failed, 2 usage. */
export async function runBench<O>({ help, parse, needsRoot, run }: BenchCommand<O>): Promise<void> {
  try {
    const args = process.argv.slice(2);
    const options = parse(args);
    if (options === 'help') {
      console.log(help);
      return;
    }
    const reason = process.getuid?.() === 0 ? null : needsRoot(options);
    if (reason === null) return await run(options, args);
    console.error(`pilotlight: ${reason}`);
    process.exitCode = 1;
  } catch (error) {
    const usage = error instanceof UsageError;
    console.error(
      `pilotlight: ${error instanceof Error ? error.message : String(error)}${usage ? ' (--help)' : ''}`,
    );
    process.exitCode = usage ? 2 : 1;
  }
}

export interface Publication {
  root: string;
  /** Path of the report, from the root. */
  report: string;
  /** Name of the section. */
  name: string;
  text: string;
  write: boolean;
  /** What a run is that is not written unless asked to. */
  trial: string;
}

/** Shows the section, and puts it into the report where that is wanted. */
export function publish({ root, report, name, text, write, trial }: Publication): void {
  console.log(`\n${text}\n`);
  if (!write) {
    console.log(`Not written to ${report}: ${trial} (--write writes it).`);
    return;
  }
  writeSection(resolve(root, report), name, text);
  console.log(`Written to ${report}.`);
}
