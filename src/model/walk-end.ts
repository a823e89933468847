// How the walk of a sample's user stack ended; kept per sample.

/** By the number that is stored, which is the one of bpf/wire.h (`enum pl_walk_end`): append only. */
export const WALK_ENDS = [
  'noUserStack',
  'root',
  'noTable',
  'noRule',
  'unsupported',
  'badRead',
  'badFrame',
  'jit',
  'noMapping',
  'noProcess',
  'tooDeep',
  'exiting',
  'otherAbi',
  'copyEnded',
] as const;
export type WalkEnd = (typeof WALK_ENDS)[number];

/** Bit beside the number: some step of the walk went by frame pointer, for want of an unwind table's rule. */
export const WALK_BY_POINTER = 0x80;
