// A data directory as an older version of its format left it.
import { readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256OfFile } from '../../src/store/durable-files.ts';
import { executeOn } from './text-profile.ts';

/** Until version 6 samples of blocks had the ids of their stacks, and stacks no numbers. The store must be closed. */
export async function makeVersion6(dataDir: string): Promise<void> {
  for (const id of await readdir(join(dataDir, 'blocks')))
    await makeFormat1(dataDir, join(dataDir, 'blocks', id));
  await executeOn(
    dataDir,
    `ALTER TABLE blocks DROP COLUMN format; UPDATE meta SET value = '6' WHERE key = 'schema_version'`,
  );
  await writeFile(join(dataDir, 'VERSION'), '6\n');
}

async function makeFormat1(dataDir: string, block: string): Promise<void> {
  const [samples, stacks] = ['samples.parquet', 'stacks.parquet'].map((name) => join(block, name)) as [
    string,
    string,
  ];
  await executeOn(
    dataDir,
    `COPY (SELECT s.* EXCLUDE (stack), t.stack_id FROM '${samples}' s JOIN '${stacks}' t USING (stack))
       TO '${samples}.old' (FORMAT parquet);
     COPY (SELECT * EXCLUDE (stack) FROM '${stacks}') TO '${stacks}.old' (FORMAT parquet)`,
  );
  const manifest = JSON.parse(await readFile(join(block, 'manifest.json'), 'utf8')) as {
    format: number;
    columns: string[];
    files: Record<string, { bytes: number; sha256: string }>;
  };
  for (const path of [samples, stacks]) {
    await rename(`${path}.old`, path);
    const { size } = await stat(path);
    manifest.files[path.slice(block.length + 1)] = { bytes: size, sha256: await sha256OfFile(path) };
  }
  manifest.format = 1;
  manifest.columns = manifest.columns.map((name) => (name === 'stack' ? 'stack_id' : name));
  await writeFile(join(block, 'manifest.json'), JSON.stringify(manifest));
}
