// `pilotlight import`: what it is, checked as a whole before anything changes; then into the data directory.
import { createHash } from 'node:crypto';
import { createReadStream, rmSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { unpackBundle } from '../cli/bundle-unpack.ts';
import type { ImportRequest } from '../cli/commands/import.ts';
import { CommandFailure, errorCode } from '../cli/failure.ts';
import { formatBytes, formatCount } from '../cli/progress-line.ts';
import { printable } from '../cli/terminal-text.ts';
import { onWayOut } from '../cli/way-out.ts';
import { pprofBatch } from '../query/pprof-batch.ts';
import { PprofError, PprofReader } from '../query/pprof-reader.ts';
import { verifyBundle } from '../store/bundle-folder.ts';
import { openStore } from '../store/duckdb-store.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { StoreError } from '../store/store-error.ts';

/** As the daemon's default. */
const MEMORY_LIMIT_BYTES = 256e6;
/** Of a pprof file. */
const MAX_FILE_BYTES = 256 * 2 ** 20;

export async function importFile(request: ImportRequest): Promise<void> {
  try {
    await importAny(request);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new CommandFailure(error.message, {
      ...(error.kind === 'locked'
        ? { hint: 'or import into another directory and serve that with --no-sampler' }
        : {}),
      cause: error,
    });
  }
}

async function importAny(request: ImportRequest): Promise<void> {
  const { source } = request;
  const found = await stat(source).catch((error: unknown) => {
    throw new CommandFailure(`cannot read ${source}: ${errorCode(error)}`, { cause: error });
  });
  if (found.isDirectory()) return importBundleAt(source, request);
  if (await isTar(source)) return importTar(request);
  if (found.size > MAX_FILE_BYTES) {
    throw new CommandFailure(`${source} is too large for a pprof file (${formatBytes(found.size)})`);
  }
  return importPprof(request, found.mtimeMs);
}

/** POSIX's mark in a tar's first header. */
async function isTar(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 257);
    return bytesRead === 5 && buffer.toString('latin1') === 'ustar';
  } finally {
    await file.close();
  }
}

async function importTar(request: ImportRequest): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pilotlight-import-'));
  const forget = onWayOut(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const bundle = join(folder, 'bundle');
    await unpackBundle(createReadStream(request.source), bundle);
    await importBundleAt(bundle, request);
  } finally {
    forget();
    await rm(folder, { recursive: true, force: true });
  }
}

async function importBundleAt(folder: string, { dataDir, source }: ImportRequest): Promise<void> {
  const bundle = await verifyBundle(folder);
  const blocks = await withStore(dataDir, (store) => store.importBundle(folder, bundle));
  for (const { id, skipped } of blocks) if (skipped !== '') tell(`block ${id} was left out: ${skipped}`);
  const taken = blocks.filter(({ skipped }) => skipped === '');
  const samples = taken.reduce((sum, block) => sum + block.samples, 0);
  tell(
    `${formatCount(samples)} samples of ${printable(bundle.host)} in ${taken.length} blocks imported from ${printable(source)}` +
      span(bundle.fromMs, bundle.untilMs),
  );
}

async function importPprof({ source, dataDir, comm }: ImportRequest, fallbackMs: number): Promise<void> {
  const bytes = await readFile(source);
  const key = createHash('sha256').update(bytes).digest('hex');
  const { batch, symbols, samples, timeMs } = readPprof(source, () => {
    const name = comm ?? basename(source).replace(/(\.pb)?(\.gz)?$|\.pprof$/, '');
    return pprofBatch(new PprofReader(bytes), { comm: name, fallbackMs, key });
  });
  // With the samples, in their transaction: the same file counts once.
  const session = `import ${key}`;
  const ledger = [{ session, cpu: 0, stored: samples, consumed: samples, losses: {} }];
  await withStore(dataDir, async (store) => {
    if ((await store.ledger(session)).length > 0) {
      throw new CommandFailure(`${source} has been imported into ${dataDir} before: nothing was changed`);
    }
    await store.append(batch, ledger, symbols);
  });
  tell(`${formatCount(samples)} samples imported from ${printable(source)}${span(timeMs, timeMs + 1)}`);
}

function readPprof<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PprofError)) throw error;
    throw new CommandFailure(`cannot import ${source}: ${error.message}`, { cause: error });
  }
}

async function withStore<T>(dataDir: string, work: (store: ProfileStore) => Promise<T>): Promise<T> {
  const store = await openStore({ dataDir, memoryLimitBytes: MEMORY_LIMIT_BYTES, hostLabel: hostname() });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** What `top` and `export` take to look at it. */
function span(fromMs: number, untilMs: number): string {
  return `; look at it: --from ${isoTime(fromMs)} --until ${isoTime(untilMs)}`;
}

function isoTime(ms: number): string {
  return new Date(Math.min(Math.max(ms, 0), 8.64e15)).toISOString();
}

function tell(line: string): void {
  process.stderr.write(`pilotlight: ${line}\n`);
}
