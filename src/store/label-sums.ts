// Whose samples a block holds: worked out once, when the block is made, and read from its manifest from then on.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { AccountedLabel, LabelSums } from './accounting-labels.ts';
import { MAX_LABEL_SUMS } from './accounting-labels.ts';
import type { BlockFolder } from './block-folder.ts';
import { readManifest } from './block-manifest.ts';
import { parquetSql } from './block-view.ts';
import { processLabelSql } from './label-sql.ts';

/** Of a samples.parquet that was just written; the connection has the table of processes. */
export async function labelSumsOf(connection: DuckDBConnection, samples: string): Promise<LabelSums> {
  const of = async (label: AccountedLabel): Promise<LabelSums[AccountedLabel]> => {
    const found = await connection.runAndReadAll(
      `WITH g AS MATERIALIZED (SELECT process_id, sum(count) AS count FROM ${parquetSql([samples])} GROUP BY process_id)
       SELECT coalesce(${processLabelSql(label)!}, '') AS value, sum(g.count)::DOUBLE AS count
       FROM g LEFT JOIN processes p ON p.process_id = g.process_id
       GROUP BY value ORDER BY count DESC, value LIMIT ${MAX_LABEL_SUMS}`,
    );
    return found.getRows().map(([value, count]) => [value as string, count as number]);
  };
  return { comm: await of('comm'), user: await of('user'), container: await of('container') };
}

/** Sums of blocks by their ids: each manifest is read once, and what it says is kept while the block is there. */
export class KnownLabelSums {
  #known = new Map<string, LabelSums | null>();

  /** In the order of the folders; null where a block does not say (it is of an earlier build, or cannot be read). */
  async of(folders: readonly BlockFolder[]): Promise<(LabelSums | null)[]> {
    const known = new Map<string, LabelSums | null>();
    for (const folder of folders) known.set(folder.id, this.#known.get(folder.id) ?? (await read(folder)));
    this.#known = known;
    return [...known.values()];
  }
}

async function read({ path }: BlockFolder): Promise<LabelSums | null> {
  const found = await readManifest(path);
  return found.ok ? (found.manifest.labels ?? null) : null;
}
