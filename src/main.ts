// The command line, given the parts that it does not see itself.
import { fileURLToPath } from 'node:url';
import type { ServeFlags } from './cli/commands/serve.ts';
import { pilotlightProgram, runProgram } from './cli/program.ts';
import type { ServeOptions } from './daemon/options.ts';

// Loaded when they are run: `pilotlight --help` needs neither a database nor the addon.
async function serve(flags: ServeFlags): Promise<void> {
  const { listen, dataDir, rate, memoryLimit, sampler, insecure } = flags;
  const options: ServeOptions = {
    listen,
    dataDir,
    rateHz: rate,
    memoryLimitBytes: memoryLimit,
    sampler,
    insecure,
  };
  if (!options.sampler) {
    const { runService } = await import('./daemon/service-process.ts');
    return runService(options);
  }
  const { becomeLauncher } = await import('./daemon/launch.ts');
  becomeLauncher(options, fileURLToPath(import.meta.url));
}

const program = pilotlightProgram({
  serve,
  record: async (request) => (await import('./daemon/record.ts')).record(request),
  openLocalApp: async (dataDir) => (await import('./daemon/local-app.ts')).openLocalApp(dataDir),
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

await runProgram(program);
