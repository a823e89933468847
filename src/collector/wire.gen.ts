// Generated from bpf/wire.h by `npm run generate`. Do not edit.

/** Names of the losses that the BPF program counts, in the order of `pl_cpu.losses`. */
export const KERNEL_LOSSES = ['filtered', 'logFull', 'noLog'] as const;

/** Offsets in bytes of `struct pl_cpu`. */
export const CPU_COUNTERS = {
  entries: 0,
  exits: 8,
  idle: 16,
  recorded: 24,
  busy_ns: 32,
  idle_ns: 40,
  losses: 48,
  expected_base: 176,
  enabled_base_ns: 184,
  period_ns: 192,
  bytes: 256,
} as const;

/** Offsets in bytes of `struct pl_sample`; `bytes` is its size without the frames. */
export const SAMPLE = {
  size: 0,
  flags: 4,
  slot: 6,
  sequence: 8,
  time_ns: 16,
  period_ns: 24,
  start_ns: 32,
  cgroup_v2: 40,
  cgroup_v1: 48,
  stack_hash: 56,
  tgid: 64,
  tid: 68,
  uid: 72,
  kernel_frames: 76,
  user_frames: 78,
  comm: 80,
  busy_ns: 96,
  skipped_frames: 100,
  walk_end: 102,
  bytes: 104,
} as const;

export const SAMPLE_FLAGS = {
  body: 1,
  userMode: 2,
  kthread: 4,
  kernelError: 8,
  byPointer: 16,
  uncached: 64,
  pending: 128,
} as const;

/** Names of the ways in which the walk of a user stack ends, by `pl_sample.walk_end`. */
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

/** Bits beside the address of a user frame. */
export const FRAME_BY_POINTER = 0x8000000000000000n;
export const FRAME_EXACT = 0x4000000000000000n;

export const FILTERS = { pid: 1, cgroup: 2, comm: 4 } as const;
export const CGROUP_V1 = { none: 0, memory: 1, cpu: 2, pids: 3 } as const;
export const MAX_KERNEL_FRAMES = 127;
export const LEAF_FRAMES = 384;
export const MAX_USER_FRAMES = 512;
export const COMM_BYTES = 16;
export const SENT_SLOTS = 512;
export const MAX_RECORD_BYTES = 5216;
