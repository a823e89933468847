// One walk of ours against the reference's walk of the same pair.
import type { ReferenceWalk } from './reference.ts';

export interface OurWalk {
  /** Without flags, leaf first; where frames were skipped the leaf and root ones follow each other. */
  frames: readonly bigint[];
  /** Frames that are missing after the first `PL_LEAF_FRAMES`. */
  skipped: number;
  /** A name of PL_WALK_ENDS (bpf/wire.h). */
  end: string;
}

/**
 * - `same`: the frame lists are equal.
 * - `same-to-copy-end`: equal as far as the copy of the stack goes.
 * - `reference-failed`: ours reaches the root; the reference ended with an error on the way, with the same frames till there.
 * - `switched-stack`: equal to a function of Go's run time that changes stacks, which call frame information does not
 *   lead through.
 * - `reference-strayed`: equal, but the reference ended with an error behind an address that lies in no mapping.
 * - the rest are mismatches: ours has fewer frames, more frames, or others.
 */
export type Verdict =
  | 'same'
  | 'same-to-copy-end'
  | 'reference-failed'
  | 'switched-stack'
  | 'reference-strayed'
  | 'fewer-frames'
  | 'more-frames'
  | 'other-frames';

export interface Comparison {
  verdict: Verdict;
  /** Frames that both have, from the leaf on. */
  common: number;
}

export interface CompareContext {
  /** Frames kept before those that are skipped. */
  leafFrames: number;
  /** Whether the copy ends before the stack does. */
  stackCut: boolean;
  /** Whether code can be at an address. */
  isMapped: (address: bigint) => boolean;
  /** Whether the code at an address changes stacks. */
  isSwitch: (address: bigint) => boolean;
}

export function compareWalks(ours: OurWalk, reference: ReferenceWalk, context: CompareContext): Comparison {
  const total = ours.frames.length + ours.skipped;
  const common = commonFrames(ours, reference.frames, context.leafFrames);
  const verdict = (name: Verdict): Comparison => ({ verdict: name, common });
  const theirs = reference.frames.length;
  if (common === total && common === theirs) return verdict('same');
  const oursCut = context.stackCut && (ours.end === 'copyEnded' || ours.end === 'badRead');
  const theirsCut = context.stackCut && reference.end === 'copy-end';
  if ((common === total && oursCut) || (common === theirs && theirsCut)) return verdict('same-to-copy-end');
  const last = common > 0 ? reference.frames[common - 1] : undefined;
  if (last !== undefined && context.isSwitch(last)) return verdict('switched-stack');
  const failed = reference.end !== 'root';
  const next = reference.frames[common];
  // Its last address is no code: what it did there was wrong, whatever ours did.
  const strayed = failed && common === theirs - 1 && next !== undefined && !context.isMapped(next);
  if (failed && (common === theirs || strayed) && ours.end === 'root') return verdict('reference-failed');
  if (strayed && common === total) return verdict('reference-strayed');
  if (common === total) return verdict('fewer-frames');
  return verdict(common === theirs ? 'more-frames' : 'other-frames');
}

/** Frames at the same place of both; those that ours skipped are taken for equal. */
function commonFrames({ frames, skipped }: OurWalk, theirs: readonly bigint[], leafFrames: number): number {
  const total = frames.length + skipped;
  for (let place = 0; place < Math.min(total, theirs.length); place++) {
    if (place >= leafFrames && place < leafFrames + skipped) continue;
    const kept = place < leafFrames ? place : place - skipped;
    if (frames[kept] !== theirs[place]) return place;
  }
  return Math.min(total, theirs.length);
}
