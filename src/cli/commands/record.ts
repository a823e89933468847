// `pilotlight record`: its options. The recording itself needs the sampler and lies in src/daemon/record.ts.
import { Command, Option } from 'commander';
import { usageFailure } from '../failure.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseMs, parsePid, parseRate } from '../option-values.ts';
import type { ProfileFormat } from '../output-format.ts';
import { PROFILE_FORMATS } from '../output-format.ts';
import { formatFrom } from '../output-target.ts';

/** What `record` is to do, read from the command line. */
export interface RecordRequest {
  /** Of a recording without a command. */
  durationMs: number;
  rateHz: number;
  pid?: number;
  /** `-` is standard output; without it the top functions are printed. */
  output?: string;
  format: ProfileFormat;
  /** Print the top functions as JSON. */
  json: boolean;
  /** Empty where the host or a process is recorded. */
  command: readonly string[];
}

interface RecordFlags {
  duration: number;
  frequency: number;
  pid?: number;
  output?: string;
  format?: ProfileFormat;
  json: boolean;
}

const EXAMPLES = `
Examples:
  sudo pilotlight record -d 10s -o cpu.pb.gz
  sudo pilotlight record -p 4242 -d 30s -o flamegraph.html
  sudo pilotlight record -F 199 -- make -j4

With a command, it and all that it starts are recorded from their first instruction until it ends, however long that
takes, and the exit code is its own. Ctrl-C goes to the command, and what was recorded is written when it has ended; a
second one does not wait for it. Without a command, Ctrl-C ends the recording and writes it.`;

export function recordCommand(record: (request: RecordRequest) => Promise<number>): Command {
  const command = new Command('record')
    .description('one shot: record a command, a process or the whole host, without a store')
    .argument('[command...]', 'command to run and record with its children, after --')
    .addOption(
      valueOption('-d, --duration <time>', 'how long to record without a command', parseMs)
        .default(10_000, '10s')
        .helpGroup(GROUPS.what),
    )
    .addOption(valueOption('-p, --pid <pid>', 'this process only', parsePid).helpGroup(GROUPS.what))
    .addOption(
      valueOption('-F, --frequency <hz>', 'samples per second and CPU', parseRate)
        .default(99)
        .helpGroup(GROUPS.what),
    )
    .addOption(
      valueOption(
        '-o, --output <file>',
        'write a profile (- is standard output); without it the top functions are printed',
      ).helpGroup(GROUPS.output),
    )
    .addOption(
      valueOption('--format <format>', "default: what the file's name says, else pprof")
        .choices(PROFILE_FORMATS)
        .helpGroup(GROUPS.output),
    )
    .addOption(
      new Option('--json', 'print the top functions for programs').default(false).helpGroup(GROUPS.output),
    )
    .addHelpText('after', EXAMPLES);
  return command.action(async (words: string[], flags: RecordFlags) => {
    process.exitCode = await record(
      requestOf(words, flags, (name) => command.getOptionValueSource(name) === 'cli'),
    );
  });
}

function requestOf(
  command: readonly string[],
  { duration, frequency, ...rest }: RecordFlags,
  isGiven: (name: keyof RecordFlags) => boolean,
): RecordRequest {
  if (command.length > 0 && rest.pid !== undefined && isGiven('pid')) {
    throw usageFailure('--pid records a process that runs already; give it, or a command, not both');
  }
  if (command.length > 0 && isGiven('duration')) {
    throw usageFailure('--duration is for a recording without a command; one with a command ends with it');
  }
  if (rest.json && rest.output === '-') {
    throw usageFailure('--json and --output - both write to standard output; give one of them');
  }
  const { pid, ...others } = rest;
  const only = pid === undefined || command.length > 0 ? {} : { pid };
  return {
    ...others,
    ...only,
    format: formatFrom(rest),
    durationMs: duration,
    rateHz: frequency,
    command,
  };
}
