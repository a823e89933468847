// ProfileBatch: the one seam between collecting and everything else.
import type { CodeObject } from './code-object.ts';
import type { Location } from './location.ts';
import type { ProcessInfo } from './process.ts';
import type { Stack } from './stack.ts';

/** Kinds of samples by their stored number; append only. */
export const SAMPLE_KINDS = ['cpu'] as const;
export type SampleKind = (typeof SAMPLE_KINDS)[number];

/** One row per sample, as columns of equal length. */
export interface SampleColumns {
  length: number;
  /** Wall clock, ms since the epoch. */
  timeMs: Float64Array;
  cpu: Uint16Array;
  tid: Uint32Array;
  /** Index into `ProfileBatch.threadNames`. */
  threadName: Uint32Array;
  processId: BigUint64Array;
  stackId: BigUint64Array;
  /** Index into SAMPLE_KINDS. */
  kind: Uint8Array;
  count: Uint32Array;
  /** CPU time the sample stands for, ns: the sampling period in force when it was taken, times count. */
  weightNs: Float64Array;
  /** How the walk of the user stack ended: a number of WALK_ENDS, with WALK_BY_POINTER. */
  walk: Uint8Array;
}

/**
 * Samples and the definitions they need. A batch may define again what an earlier one defined (ids are
 * content hashes, so this is harmless); it never refers to something that neither it nor an earlier batch defined.
 */
export interface ProfileBatch {
  samples: SampleColumns;
  threadNames: string[];
  stacks: Stack[];
  locations: Location[];
  objects: CodeObject[];
  /** Rows to insert or to replace (same id, better known labels). */
  processes: ProcessInfo[];
}

export function emptySamples(capacity: number): SampleColumns {
  return {
    length: 0,
    timeMs: new Float64Array(capacity),
    cpu: new Uint16Array(capacity),
    tid: new Uint32Array(capacity),
    threadName: new Uint32Array(capacity),
    processId: new BigUint64Array(capacity),
    stackId: new BigUint64Array(capacity),
    kind: new Uint8Array(capacity),
    count: new Uint32Array(capacity),
    weightNs: new Float64Array(capacity),
    walk: new Uint8Array(capacity),
  };
}
