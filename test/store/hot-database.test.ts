// What the database may touch: its own files and the folder of blocks, whatever a statement asks for.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { HotDatabase } from '../../src/store/hot-database.ts';
import { temporaryDir } from './text-profile.ts';

it('reads and writes files of the folder of blocks and no others', async () => {
  const dataDir = await temporaryDir();
  const tell = () => undefined;
  const database = await HotDatabase.open({ dataDir, memoryLimitBytes: 64 * 2 ** 20, readOnly: false, tell });
  const { blocks } = database.dir;
  await mkdir(blocks);
  await writeFile(join(dataDir, 'secret.csv'), 'a\n1\n');
  await database.read(async (connection) => {
    await connection.run(`COPY (SELECT 7 AS n) TO '${blocks}/x.parquet' (FORMAT parquet)`);
    const rows = await connection.runAndReadAll(`SELECT n FROM read_parquet(['${blocks}/x.parquet'])`);
    expect(rows.getRows()).toEqual([[7]]);
  });
  for (const statement of [
    `SELECT * FROM read_csv('/etc/passwd')`,
    `SELECT * FROM read_text('${dataDir}/secret.csv')`,
    `SELECT * FROM read_text('${blocks}/../secret.csv')`,
    `SELECT * FROM glob('/etc/*')`,
    `COPY (SELECT 1) TO '${dataDir}/out.csv'`,
    `COPY (SELECT 1) TO '${blocks}/../out.csv'`,
    `ATTACH '${dataDir}/other.duckdb'`,
    `INSTALL httpfs`,
    `SET enable_external_access = true`,
    `SET allowed_directories = ['/']`,
  ]) {
    await expect(
      database.read((connection) => connection.run(statement)),
      statement,
    ).rejects.toThrow();
  }
  await database.close();
  await rm(dataDir, { recursive: true });
});
