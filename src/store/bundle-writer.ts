// A window as a bundle: its samples, hot and sealed, as blocks of their own, with the names that are known now.
import type { DuckDBConnection } from '@duckdb/node-api';
import { join } from 'node:path';
import type { Bundle, BundleBlock } from '../model/bundle.ts';
import { BUNDLE_FILE, BUNDLE_FORMAT } from '../model/bundle.ts';
import type { Selector, TimeRange } from '../model/selector.ts';
import { BlockFolder, newBlockId } from './block-folder.ts';
import { columnsOf, MANIFEST } from './block-manifest.ts';
import type { SealedSamples } from './block-view.ts';
import { samplesOfTier } from './block-view.ts';
import { describeBlock, writeBlock } from './block-writer.ts';
import type { CheckedSelector } from './checked-selector.ts';
import { checkSelector } from './checked-selector.ts';
import { sha256OfFile, writeDurably } from './durable-files.ts';
import { Parameters } from './parameters.ts';
import type { Tier } from './profile-store.ts';
import { TIERS } from './profile-store.ts';
import { whereSql } from './selector-sql.ts';

export interface BundleRequest {
  range: TimeRange;
  selector: Selector;
  /** The selector as it was written, for whoever opens the bundle. */
  query: string;
  /** Of this Pilotlight. */
  version: string;
}

/** Where a tier's samples are, on the connection that reads them. */
interface Source {
  tier: Tier;
  sql: string;
  selector: CheckedSelector;
  host: string;
}

type Written = { block: BundleBlock; files: Bundle['files'] };

/** A block has no more rows, unless a minute alone has. */
const MAX_ROWS = 1_500_000;
const MINUTE_MS = 60_000;

/**
 * Writes into an empty folder. `samples` of the connection are those of the range, hot and of `blocks`, which have been
 * checked.
 */
export async function writeBundle(
  connection: DuckDBConnection,
  folder: string,
  request: BundleRequest & {
    host: string;
    blocks: readonly SealedSamples[];
  },
): Promise<Bundle> {
  const { range, host, blocks } = request;
  const selector = await checkSelector(connection, request.selector, { range, host });
  const written: Written[] = [];
  for (const tier of TIERS) {
    const ofTier = blocks.filter((block) => block.tier === tier);
    const sql = samplesOfTier(tier, ofTier, range, blocks.length > 0);
    if (sql === undefined) continue;
    const source = { tier, sql, selector, host };
    for (const part of await partsOf(connection, source, range)) {
      written.push(await writePart(connection, folder, source, part));
    }
  }
  const bundle = bundleOf(request, written);
  await writeDurably(join(folder, BUNDLE_FILE), `${JSON.stringify(bundle, null, 1)}\n`);
  return bundle;
}

/** Stretches of the range, of whole minutes, with as many rows as one block has; those without any are left out. */
async function partsOf(connection: DuckDBConnection, source: Source, range: TimeRange): Promise<TimeRange[]> {
  const parameters = new Parameters();
  const where = whereSql(source.selector, range, source.host, parameters);
  const minutes = await connection.runAndReadAll(
    `SELECT (s.time_ms // ${MINUTE_MS})::DOUBLE AS minute, count(*)::DOUBLE FROM (${source.sql}) s WHERE ${where}
     GROUP BY minute ORDER BY minute`,
    parameters.values,
    parameters.types,
  );
  const parts: TimeRange[] = [];
  let rows = Infinity;
  for (const [minute, count] of minutes.getRows() as [number, number][]) {
    const [fromMs, untilMs] = [minute * MINUTE_MS, (minute + 1) * MINUTE_MS];
    if (rows + count > MAX_ROWS) {
      parts.push({ fromMs: Math.max(fromMs, range.fromMs), untilMs: range.untilMs });
      rows = 0;
    }
    rows += count;
    parts.at(-1)!.untilMs = Math.min(untilMs, range.untilMs);
  }
  return parts;
}

async function writePart(
  connection: DuckDBConnection,
  folder: string,
  source: Source,
  part: TimeRange,
): Promise<Written> {
  const { tier, host } = source;
  await chooseSamples(connection, source, part);
  const block = new BlockFolder(join(folder, 'blocks'), newBlockId(part.fromMs, tier));
  const samples = `SELECT ${columnsOf(tier).join(', ')} FROM bundle_samples`;
  const sums = await writeBlock(connection, await block.begin(), { tier, sql: samples, sorted: false });
  await connection.run('DROP TABLE bundle_samples');
  const { manifest, bytes } = await block.finish(
    await describeBlock(connection, { tier, host, replaces: [] }, sums),
  );
  const { id, fromMs, untilMs, rows, samples: count, weightNs } = manifest;
  return {
    block: { id, tier, fromMs, untilMs, rows, samples: count, weightNs, bytes },
    files: await filesOf(block, manifest.files, bytes),
  };
}

/** COPY takes no parameters, so what they select is put aside first. */
async function chooseSamples(connection: DuckDBConnection, source: Source, part: TimeRange): Promise<void> {
  const parameters = new Parameters();
  const where = whereSql(source.selector, part, source.host, parameters);
  await connection.run(
    `CREATE TEMP TABLE bundle_samples AS SELECT s.* FROM (${source.sql}) s WHERE ${where}`,
    parameters.values,
    parameters.types,
  );
}

/** `bytes`: of all files, the manifest among them. */
async function filesOf(
  { id, path }: BlockFolder,
  parquet: Bundle['files'],
  bytes: number,
): Promise<Bundle['files']> {
  const files: Bundle['files'] = {};
  let rest = bytes;
  for (const [name, file] of Object.entries(parquet)) {
    files[`blocks/${id}/${name}`] = file;
    rest -= file.bytes;
  }
  files[`blocks/${id}/${MANIFEST}`] = { bytes: rest, sha256: await sha256OfFile(join(path, MANIFEST)) };
  return files;
}

function bundleOf(request: BundleRequest & { host: string }, written: readonly Written[]): Bundle {
  const { range, query, version, host } = request;
  const blocks = written.map(({ block }) => block);
  const sum = (of: 'samples' | 'weightNs') => blocks.reduce((total, block) => total + block[of], 0);
  return {
    about:
      'CPU profiles of Pilotlight. Look at them: pilotlight serve --no-sampler --data-dir FOLDER. ' +
      'The files under blocks/ are Parquet, for any reader of it.',
    format: BUNDLE_FORMAT,
    version,
    host,
    createdMs: Date.now(),
    ...range,
    query,
    samples: sum('samples'),
    weightNs: sum('weightNs'),
    blocks,
    files: Object.assign({}, ...written.map(({ files }) => files)) as Bundle['files'],
  };
}
