// Blocks that one block takes the place of, with the same samples or sums of them.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { BlockManifest } from './block-manifest.ts';
import type { BlockSet, NewBlock } from './block-set.ts';
import type { StoredBlock } from './block-table.ts';
import { overlap, readPins } from './block-table.ts';

/** Null where one of the sources was pinned meanwhile. `samples` gives the query for the new block's. */
export async function replaceBlocks(
  blocks: BlockSet,
  { tier, sorted }: Pick<NewBlock, 'tier' | 'sorted'>,
  sources: readonly StoredBlock[],
  samples: (connection: DuckDBConnection) => Promise<string>,
): Promise<BlockManifest | null> {
  return blocks.make({
    tier,
    sorted,
    fromMs: sources[0]!.fromMs,
    replaces: sources.map(({ id }) => id),
    samples,
    replace: async ({ connection }, made) => {
      requireSame(sources, made);
      return !(await readPins(connection)).some((pin) => sources.some((block) => overlap(pin, block)));
    },
  });
}

/** Before the sources are given up. */
function requireSame(sources: readonly StoredBlock[], made: BlockManifest): void {
  const sum = (of: 'samples' | 'weightNs') => sources.reduce((total, block) => total + block[of], 0);
  // Beyond 2^53 ns (104 days of CPU time) sums of doubles are rounded.
  const close = Math.abs(sum('weightNs') - made.weightNs) <= made.weightNs * Number.EPSILON * sources.length;
  if (sum('samples') === made.samples && close) return;
  throw new Error(
    `${sources.length} blocks of ${sum('samples')} samples and ${sum('weightNs')} ns became one of ${made.samples} and ${made.weightNs} ns; they are kept as they are`,
  );
}
