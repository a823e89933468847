// The service's process: store, collector, symbolizer, HTTP.
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { KitReceiver, RemoteSamplerHost } from '../collector/remote-sampler-host.ts';
import { VERSION } from '../cli/version.ts';
import { AccessFileError } from '../server/access/secret-file.ts';
import { createApp } from '../server/app.ts';
import type { App } from '../server/context.ts';
import type { RunningServer } from '../server/serve.ts';
import { ListenError, parseListen, serve } from '../server/serve.ts';
import type { RunningService } from '../server/service.ts';
import { SqlRunner } from '../sql/sql-runner.ts';
import { isBundleFolder, readBundle } from '../store/bundle-folder.ts';
import { openStore } from '../store/duckdb-store.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { StoreError } from '../store/store-error.ts';
import { debuginfodFiles } from '../symbolizer/debug-files/debuginfod-files.ts';
import { parseServers } from '../symbolizer/debug-files/debuginfod-servers.ts';
import type { ServeOptions } from './options.ts';
import { GIVE_UP } from './options.ts';
import { ProfilingService } from './profiling-service.ts';
import { releaseMemoryRegularly } from './release-memory.ts';
import type { ServedAccess } from './served-access.ts';
import { openAccess } from './served-access.ts';
import { STORED_ONLY } from './stored-only.ts';

interface Running extends RunningService {
  stop(): Promise<void>;
}

export async function runService(options: ServeOptions): Promise<void> {
  process.title = 'pilotlight-service';
  const log = pino({ name: 'pilotlight' }, pino.destination(2));
  const access = await orGiveUp(options, () => openAccess(options, log));
  const store = await orGiveUp(options, () => openOurStore(options));
  const service = options.sampler ? await startSampling(store, options) : withoutSampler();
  const sql = new SqlRunner({ store, directory: await sqlDirectory(options.dataDir) });
  const webRoot = fileURLToPath(new URL('../web', import.meta.url));
  const app = createApp({ ...access.entrance, store, sql, service, webRoot, log, version: VERSION });
  const server = await orGiveUp(options, () => listen(options, app, access));
  await announce(options, server);
  releaseMemoryRegularly();
  const stop = once(async () => {
    await server.close();
    await access.close();
    await sql.close();
    await service.stop();
    await store.close();
    process.exit(0);
  });
  process.on('SIGTERM', stop);
  // Under the launcher Ctrl-C goes to the launcher only; alone it is ours.
  process.on('SIGINT', stop);
}

/** Of a bundle nothing is copied, and nothing is written to it. */
async function sqlDirectory(dataDir: string): Promise<string> {
  if (!isBundleFolder(dataDir)) return join(dataDir, 'sql');
  const scratch = await mkdtemp(join(tmpdir(), 'pilotlight-sql-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  return join(scratch, 'sql');
}

function openOurStore(options: ServeOptions): Promise<ProfileStore> {
  return openStore({
    dataDir: options.dataDir,
    memoryLimitBytes: options.memoryLimitBytes,
    hostLabel: hostname(),
    // With the sampler it is refused as no data directory.
    readOnly: !options.sampler && isBundleFolder(options.dataDir),
  });
}

async function startSampling(store: ProfileStore, options: ServeOptions): Promise<Running> {
  const { dataDir, debuginfod, policy } = options;
  const receiver = new KitReceiver();
  const tableCacheDir = join(dataDir, 'unwind-tables');
  const { kit } = await receiver.complete;
  const host = new RemoteSamplerHost(kit, receiver, tableCacheDir);
  const { servers } = parseServers(debuginfod);
  const cacheDirectory = join(dataDir, 'debuginfod');
  const tell = (line: string) => console.error(`pilotlight: ${line}`);
  const debugFiles = servers.length === 0 ? null : debuginfodFiles({ servers, cacheDirectory }, tell);
  return ProfilingService.start({ host, store, tableCacheDir, debugFiles, spillDirectory: dataDir, policy });
}

function withoutSampler(): Running {
  return { ...STORED_ONLY, stop: () => Promise.resolve() };
}

async function listen(options: ServeOptions, app: App, access: ServedAccess): Promise<RunningServer> {
  const server = await serve(app, parseListen(options.listen)!, { tls: access.tls });
  access.onCertificate((tls) => server.replaceCertificate(tls));
  return server;
}

async function announce(options: ServeOptions, server: RunningServer): Promise<void> {
  const sampling = options.sampler
    ? `sampling every CPU at ${options.rateHz} Hz`
    : 'not sampling (--no-sampler)';
  console.log(`Pilotlight ${sampling}; profiles in ${options.dataDir}`);
  console.log(`Page: ${server.url}${await pageQuery(options.dataDir)}`);
}

/** The page begins with the last minutes; a bundle is of another time. */
async function pageQuery(dataDir: string): Promise<string> {
  if (!isBundleFolder(dataDir)) return '';
  const { fromMs, untilMs } = await readBundle(dataDir);
  return `?from=${Math.floor(fromMs)}&until=${Math.ceil(untilMs)}`;
}

/** What the user must mend ends the daemon with one line; anything else is a fault of ours and is restarted. */
async function orGiveUp<T>({ sampler }: ServeOptions, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!GIVE_UP_AT.some((kind) => error instanceof kind)) throw error;
    console.error(`pilotlight: ${(error as Error).message}`);
    process.exit(sampler ? GIVE_UP : 1); // the launcher makes 1 of it
  }
}

const GIVE_UP_AT = [AccessFileError, StoreError, ListenError] as const;

function once(action: () => Promise<void>): () => void {
  let begun = false;
  return () => {
    if (!begun) void action();
    begun = true;
  };
}
