// Which blocks have to go.
import type { TimeRange } from '../model/selector.ts';
import type { StoredBlock } from './block-table.ts';
import { overlap } from './block-table.ts';
import type { UpkeepPolicy } from './profile-store.ts';

export interface Deletion {
  /** Too old. */
  byAge: StoredBlock[];
  /** The oldest of the others, because everything together takes too much. */
  bySize: StoredBlock[];
}

/** `bytes`: of everything in the data directory. Whole blocks only, and none that a pinned window is part of. */
export function planDeletion(
  blocks: readonly StoredBlock[],
  pinned: readonly TimeRange[],
  policy: UpkeepPolicy,
  nowMs: number,
  bytes: number,
): Deletion {
  const free = blocks.filter((block) => !pinned.some((pin) => overlap(pin, block)));
  const tooOld = ({ untilMs }: StoredBlock) => !policy.holdAge && untilMs <= nowMs - policy.retentionMs;
  const byAge = free.filter(tooOld);
  let left = byAge.reduce((rest, block) => rest - block.bytes, bytes);
  const bySize: StoredBlock[] = [];
  for (const block of free) {
    if (left <= policy.retentionBytes) break;
    if (tooOld(block)) continue;
    left -= block.bytes;
    bySize.push(block);
  }
  return { byAge, bySize };
}
