// A data directory as an older version of its format left it. The store must be closed.
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../../src/store/durable-files.ts';
import { executeOn } from './text-profile.ts';

/** Until version 7 stacks had the ids of their locations, and locations no numbers; in blocks until format 2. */
const withIds = (stacks: string, locations: string) =>
  `SELECT s.* EXCLUDE (location, position), list(l.location_id ORDER BY s.position) AS location_ids
   FROM (SELECT * EXCLUDE (locations), unnest(locations) AS location, generate_subscripts(locations, 1) AS position
     FROM ${stacks}) s JOIN ${locations} l USING (location) GROUP BY ALL`;

/** Of what older versions lacked, all that is no later than version 7. */
export async function makeVersion(dataDir: string, version: number, more = ''): Promise<void> {
  await executeOn(
    dataDir,
    `CREATE TABLE unnumbered AS ${withIds('stacks', 'locations')};
     DROP TABLE stacks; ALTER TABLE unnumbered RENAME TO stacks; ALTER TABLE locations DROP COLUMN location;
     ${more};
     UPDATE meta SET value = '${version}' WHERE key = 'schema_version'`,
  );
  await writeFile(join(dataDir, 'VERSION'), `${version}\n`);
}

export async function makeVersion7(dataDir: string): Promise<void> {
  for (const id of await readdir(join(dataDir, 'blocks'))) {
    await makeFormat2(dataDir, join(dataDir, 'blocks', id));
  }
  await makeVersion(dataDir, 7, 'UPDATE blocks SET format = 2');
}

/** Until version 6 samples of blocks had the ids of their stacks, and stacks no numbers. */
export async function makeVersion6(dataDir: string): Promise<void> {
  for (const id of await readdir(join(dataDir, 'blocks'))) {
    await makeFormat2(dataDir, join(dataDir, 'blocks', id));
    await makeFormat1(dataDir, join(dataDir, 'blocks', id));
  }
  await makeVersion(dataDir, 6, 'ALTER TABLE blocks DROP COLUMN format');
}

export async function makeFormat2(dataDir: string, block: string): Promise<void> {
  const [stacks, locations] = [`'${join(block, 'stacks.parquet')}'`, `'${join(block, 'locations.parquet')}'`];
  await rewriteBlock(dataDir, block, 2, {
    'stacks.parquet': `${withIds(stacks, locations)} ORDER BY stack`,
    'locations.parquet': `SELECT * EXCLUDE (location) FROM ${locations}`,
  });
}

export async function makeFormat1(dataDir: string, block: string): Promise<void> {
  const [samples, stacks] = [`'${join(block, 'samples.parquet')}'`, `'${join(block, 'stacks.parquet')}'`];
  await rewriteBlock(dataDir, block, 1, {
    'samples.parquet': `SELECT s.* EXCLUDE (stack), t.stack_id FROM ${samples} s JOIN ${stacks} t USING (stack)`,
    'stacks.parquet': `SELECT * EXCLUDE (stack) FROM ${stacks}`,
  });
}

/** `queries`: by file. All are run before any file changes. */
async function rewriteBlock(
  dataDir: string,
  block: string,
  format: number,
  queries: Readonly<Record<string, string>>,
): Promise<void> {
  const manifest = JSON.parse(await readFile(join(block, 'manifest.json'), 'utf8')) as {
    format: number;
    columns: string[];
    files: Record<string, { bytes: number; sha256: string }>;
  };
  const copies = Object.entries(queries).map(
    ([name, query]) => `COPY (${query}) TO '${join(block, name)}.old' (FORMAT parquet)`,
  );
  await executeOn(dataDir, copies.join(';'));
  for (const name of Object.keys(queries)) {
    const path = join(block, name);
    await rename(`${path}.old`, path);
    manifest.files[name] = { bytes: (await stat(path)).size, sha256: await sha256OfFile(path) };
  }
  manifest.format = format;
  if (format === 1) manifest.columns = manifest.columns.map((name) => (name === 'stack' ? 'stack_id' : name));
  await writeFile(join(block, 'manifest.json'), JSON.stringify(manifest));
}
