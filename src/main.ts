// The command line.
import { fileURLToPath } from 'node:url';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { VERSION } from './cli/version.ts';
import type { ServeOptions } from './daemon/options.ts';
import { parseBytes, parseListenAddress, parseMs, parsePid, parseRate } from './cli/option-values.ts';

const DEFAULT_DATA_DIR = '/var/lib/pilotlight';

interface ServeFlags {
  listen: string;
  dataDir: string;
  rate: number;
  memoryLimit: number;
  sampler: boolean;
  insecure: boolean;
}

/** An option that PILOTLIGHT_NAME sets too; the command line wins. */
function fromEnvironment(flags: string, description: string): Option {
  const name = /--([a-z-]+)/.exec(flags)![1]!;
  return new Option(flags, description).env(`PILOTLIGHT_${name.replaceAll('-', '_').toUpperCase()}`);
}

async function serve(flags: ServeFlags): Promise<void> {
  const options: ServeOptions = {
    listen: flags.listen,
    dataDir: flags.dataDir,
    rateHz: flags.rate,
    memoryLimitBytes: flags.memoryLimit,
    sampler: flags.sampler,
    insecure: flags.insecure,
  };
  const { refusal } = await import('./cli/listen-policy.ts');
  const refused = refusal(options.listen, options.insecure);
  if (refused !== null) return fail(refused);
  if (!options.sampler) {
    const { runService } = await import('./daemon/service-process.ts');
    return runService(options);
  }
  const { becomeLauncher } = await import('./daemon/launch.ts');
  becomeLauncher(options, fileURLToPath(import.meta.url));
}

function fail(message: string): void {
  console.error(`pilotlight: ${message}`);
  process.exitCode = 1;
}

const program = new Command('pilotlight')
  .description(
    'An always-on CPU profiler for Linux: samples every CPU, names the frames, keeps and serves them.',
  )
  .version(VERSION)
  .exitOverride()
  .showHelpAfterError('(--help shows what there is)');

program
  .command('serve')
  .description('the daemon: sample this host, store profiles, serve the page, pprof and JSON')
  .addOption(
    fromEnvironment('--listen <address>', 'address and port of the page')
      .argParser(parseListenAddress)
      .default('127.0.0.1:4040'),
  )
  .addOption(fromEnvironment('--data-dir <dir>', 'where profiles are kept').default(DEFAULT_DATA_DIR))
  .addOption(fromEnvironment('--rate <hz>', 'samples per second and CPU').argParser(parseRate).default(99))
  .addOption(
    fromEnvironment('--memory-limit <bytes>', 'memory of the database')
      .argParser(parseBytes)
      .default(256e6, '256MB'),
  )
  .option('--no-sampler', 'serve what is stored, sample nothing (needs no privilege)')
  .option('--insecure', 'listen beyond loopback without access control', false)
  .addHelpText('after', '\nExample:\n  sudo pilotlight serve --data-dir /var/lib/pilotlight --rate 99')
  .action((flags: ServeFlags) => serve(flags));

program
  .command('record')
  .description('one shot: record a command, a process or the whole host, without a store')
  .option('-d, --duration <time>', 'how long to record (without a command)', parseMs, 10_000)
  .option('-F, --frequency <hz>', 'samples per second and CPU', parseRate, 99)
  .option('-p, --pid <pid>', 'this process only', parsePid)
  .option('-o, --output <file>', 'write a profile; without it the top functions are printed')
  .option('--format <format>', 'pprof or folded', parseFormat, 'pprof')
  .argument('[command...]', 'command to run and record with its children, after --')
  .addHelpText(
    'after',
    '\nExamples:\n  sudo pilotlight record -d 10s -o cpu.pb.gz\n  sudo pilotlight record -F 199 -- make -j4',
  )
  .action(
    async (
      command: string[],
      flags: {
        duration: number;
        frequency: number;
        pid?: number;
        output?: string;
        format: 'pprof' | 'folded';
      },
    ) => {
      if (flags.pid !== undefined && command.length > 0) {
        program.error('error: --pid records a process that runs already; give it, or a command, not both');
      }
      const { record } = await import('./daemon/record.ts');
      const { duration, frequency, ...rest } = flags;
      process.exitCode = await record({ ...rest, durationMs: duration, rateHz: frequency, command });
    },
  );

program
  .command('doctor')
  .description('what this host offers, what is missing, and the command that mends it')
  .option('--json', 'for programs', false)
  .addHelpText('after', '\nExample:\n  sudo pilotlight doctor')
  .action(async ({ json }: { json: boolean }) => {
    const { doctor } = await import('./cli/doctor.ts');
    process.exitCode = await doctor({ json });
  });

// Started by the launcher; the argument is ServeOptions as JSON.
program.command('sampler-process <options>', { hidden: true }).action(async (options: string) => {
  const { runSampler } = await import('./daemon/sampler-process.ts');
  await runSampler(JSON.parse(options) as ServeOptions);
});
program.command('service-process <options>', { hidden: true }).action(async (options: string) => {
  const { runService } = await import('./daemon/service-process.ts');
  await runService(JSON.parse(options) as ServeOptions);
});

function parseFormat(text: string): string {
  if (text !== 'pprof' && text !== 'folded') throw new InvalidArgumentError('It is pprof or folded.');
  return text;
}

try {
  await program.parseAsync();
} catch (error) {
  // commander has said what is wrong (or shown the help that was asked for).
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
