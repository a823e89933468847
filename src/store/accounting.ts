// What the blocks take on disk, by day, by tier and by whose samples they hold: from what is known of each block, without
// a look at its samples.
import type { AccountedLabel, LabelSums } from './accounting-labels.ts';
import { ACCOUNTED_LABELS } from './accounting-labels.ts';
import type { Block, Tier } from './profile-store.ts';
import { TIERS } from './profile-store.ts';

const DAY_MS = 86_400_000;
/** What "lately" is: a week has its weekend. */
const LATELY_MS = 7 * DAY_MS;

export interface DayAccount {
  /** UTC, `2026-11-23`. */
  day: string;
  bytes: number;
  samples: number;
  /** The same bytes by tier. */
  tiers: Record<Tier, number>;
}

export interface LabelShare {
  samples: number;
  /** Of each block, as large a part of its bytes as of its samples. */
  bytes: number;
}

export interface LabelAccount {
  /** Most bytes first. */
  values: ({ value: string } & LabelShare)[];
  /** Of values that blocks do not tell apart: many small ones. */
  others: LabelShare;
}

export interface DiskAccount {
  /** Days that have blocks, the earliest first. */
  days: DayAccount[];
  labels: Record<AccountedLabel, LabelAccount>;
  /** What a day takes, by the newest week of each tier; null where there is no block of it. */
  bytesPerDay: Record<Tier, number | null>;
}

/** `labels`: of each block, where it says. Broken blocks take space, too, and hold nobody's samples that can be told. */
export function accountOf(blocks: readonly Block[], labels: readonly (LabelSums | null)[]): DiskAccount {
  const byLabel = (label: AccountedLabel) =>
    labelAccount(
      blocks,
      labels.map((sums) => sums?.[label] ?? []),
    );
  return {
    days: dayAccounts(blocks),
    labels: Object.fromEntries(
      ACCOUNTED_LABELS.map((label) => [label, byLabel(label)]),
    ) as DiskAccount['labels'],
    bytesPerDay: Object.fromEntries(
      TIERS.map((tier) => [tier, bytesPerDay(blocks.filter((block) => block.tier === tier))]),
    ) as DiskAccount['bytesPerDay'],
  };
}

/** A block is of the day that it begins in; no tier's blocks reach beyond it. */
function dayAccounts(blocks: readonly Block[]): DayAccount[] {
  const days = new Map<string, DayAccount>();
  for (const { fromMs, bytes, samples, tier } of blocks) {
    const day = new Date(fromMs).toISOString().slice(0, 10);
    const account = days.get(day) ?? { day, bytes: 0, samples: 0, tiers: { raw: 0, '10s': 0, '1min': 0 } };
    account.bytes += bytes;
    account.samples += samples;
    account.tiers[tier] += bytes;
    days.set(day, account);
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

function labelAccount(blocks: readonly Block[], sums: readonly LabelSums[AccountedLabel][]): LabelAccount {
  const shares = new Map<string, LabelShare>();
  const others: LabelShare = { samples: 0, bytes: 0 };
  blocks.forEach((block, at) => {
    let rest = block.samples;
    for (const [value, samples] of sums[at]!) {
      const share = shares.get(value) ?? { samples: 0, bytes: 0 };
      shares.set(value, share);
      addShare(share, block, samples);
      rest -= samples;
    }
    addShare(others, block, rest);
  });
  const values = Array.from(shares, ([value, share]) => ({ value, ...share }));
  return { values: values.sort((a, b) => b.bytes - a.bytes || (a.value < b.value ? -1 : 1)), others };
}

function addShare(share: LabelShare, block: Block, samples: number): void {
  share.samples += samples;
  share.bytes += block.samples === 0 ? block.bytes : (block.bytes * samples) / block.samples;
}

/** By the time that blocks cover, so that hours without a daemon do not make a day look cheap. */
function bytesPerDay(blocks: readonly Block[]): number | null {
  const newestMs = Math.max(...blocks.map(({ untilMs }) => untilMs));
  const lately = blocks
    .filter(({ fromMs }) => fromMs >= newestMs - LATELY_MS)
    .sort((a, b) => a.fromMs - b.fromMs);
  let coveredMs = 0;
  let reachedMs = -Infinity;
  for (const { fromMs, untilMs } of lately) {
    coveredMs += Math.max(0, untilMs - Math.max(fromMs, reachedMs));
    reachedMs = Math.max(reachedMs, untilMs);
  }
  if (coveredMs === 0) return null;
  return (lately.reduce((sum, { bytes }) => sum + bytes, 0) / coveredMs) * DAY_MS;
}
