// The steps of upkeep, each small, each resumed at the next start where it was cut short.
import type { BlockSet } from './block-set.ts';
import { readPins } from './block-table.ts';
import { folderBytes } from './durable-files.ts';
import type { HotDatabase } from './hot-database.ts';
import { mergeBlocks, planMerge } from './merging.ts';
import type { UpkeepPolicy, UpkeepStep } from './profile-store.ts';
import { planDeletion } from './retention.ts';
import { planRollUp, rollUp } from './rolling-up.ts';
import { sealNext } from './sealing.ts';

/** Read back at once of blocks that nobody has asked for: some 0.2 s. */
const VERIFIED_BYTES = 64 * 2 ** 20;

/** The first step that there is something to do for; null where there is none. What frees room comes first. */
export async function nextStep(
  database: HotDatabase,
  blocks: BlockSet,
  nowMs: number,
  policy: UpkeepPolicy,
): Promise<UpkeepStep | null> {
  await blocks.clearLeftovers();
  return (
    (await deleteSome(database, blocks, nowMs, policy)) ??
    (await sealNext(database, blocks, nowMs)) ??
    (await replaceSome(database, blocks, nowMs, policy)) ??
    (await verifySome(blocks))
  );
}

async function deleteSome(
  database: HotDatabase,
  blocks: BlockSet,
  nowMs: number,
  policy: UpkeepPolicy,
): Promise<UpkeepStep | null> {
  const bytes = await folderBytes(database.dir.path);
  const plan = planDeletion(await blocks.list(), await database.read(readPins), policy, nowMs, bytes);
  const gone = [...plan.byAge, ...plan.bySize];
  if (gone.length === 0) return null;
  await blocks.delete(gone);
  await blocks.clearLeftovers();
  const freed = gone.reduce((sum, block) => sum + block.bytes, 0);
  const until = new Date(Math.max(...gone.map(({ untilMs }) => untilMs))).toISOString();
  const why = `${plan.byAge.length} for their age, ${plan.bySize.length} because all data took ${bytes} bytes`;
  return { did: 'deleted', what: `${gone.length} blocks until ${until} deleted, ${freed} bytes (${why})` };
}

/** Rolls up or merges. What cannot be read must not be written anew. */
async function replaceSome(
  database: HotDatabase,
  blocks: BlockSet,
  nowMs: number,
  policy: UpkeepPolicy,
): Promise<UpkeepStep | null> {
  const [stored, pins] = [await blocks.list(), await database.read(readPins)];
  const older = planRollUp(stored, pins, policy, nowMs);
  const small = older === null ? planMerge(stored, pins, nowMs) : null;
  const sources = older?.sources ?? small;
  if (sources === null) return null;
  const bad = await blocks.verify(sources.map(({ id }) => id));
  if (bad.length > 0) return setAside(bad);
  return older === null ? mergeBlocks(blocks, sources) : rollUp(blocks, older);
}

async function verifySome(blocks: BlockSet): Promise<UpkeepStep | null> {
  const bad = await blocks.verify(await blocks.unverified(VERIFIED_BYTES));
  return bad.length === 0 ? null : setAside(bad);
}

function setAside(ids: readonly string[]): UpkeepStep {
  return { did: 'set-aside', what: `blocks that cannot be read were set aside: ${ids.join(', ')}` };
}
