// Where every process of ours begins: the command line, or one of the two that the launcher starts.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ServeFlags } from './cli/commands/serve.ts';
import type { ServeOptions } from './daemon/options.ts';

// Everything is loaded when it is run: `--help` needs neither a database nor the addon, the sampler no commands.
async function serve(flags: ServeFlags): Promise<void> {
  const { listen, dataDir, rate, memoryLimit, sampler, debuginfod, ...others } = flags;
  const { rawFor, retention, retentionSize } = others;
  const { insecure, tokenFile, tlsCert, tlsKey, allowHost, user } = others;
  const options: ServeOptions = {
    listen,
    dataDir: resolve(dataDir),
    rateHz: rate,
    memoryLimitBytes: memoryLimit,
    sampler,
    ...{ insecure, allowHost },
    ...{ tokenFile: absolute(tokenFile), tlsCert: absolute(tlsCert), tlsKey: absolute(tlsKey) },
    policy: { rawForMs: rawFor, retentionMs: retention, retentionBytes: retentionSize },
    debuginfod: debuginfod ?? process.env['DEBUGINFOD_URLS'] ?? '',
  };
  const { becomeLauncher } = await import('./daemon/launch.ts');
  becomeLauncher({ options, user, main: fileURLToPath(import.meta.url) });
}

/** The daemon's processes need not stay where the command line was typed. */
function absolute(path: string | undefined): string | undefined {
  return path === undefined ? undefined : resolve(path);
}

async function runCommandLine(): Promise<void> {
  const { pilotlightProgram, runProgram } = await import('./cli/program.ts');
  const program = pilotlightProgram({
    serve,
    record: async (request) => (await import('./daemon/record.ts')).record(request),
    importFile: async (request) => (await import('./daemon/import.ts')).importFile(request),
    openLocalApp: async (dataDir, access) =>
      (await import('./daemon/local-app.ts')).openLocalApp(dataDir, access),
  });
  await runProgram(program);
}

/** Started by the launcher; the argument is ServeOptions as JSON (src/daemon/launch.ts). */
const CHILDREN: Readonly<Record<string, (options: ServeOptions) => Promise<void>>> = {
  'sampler-process': async (options) => (await import('./daemon/sampler-process.ts')).runSampler(options),
  'service-process': async (options) => (await import('./daemon/service-process.ts')).runService(options),
};

const [name = '', argument] = process.argv.slice(2);
const child = Object.hasOwn(CHILDREN, name) ? CHILDREN[name] : undefined;
await (child === undefined ? runCommandLine() : child(JSON.parse(argument ?? '') as ServeOptions));
