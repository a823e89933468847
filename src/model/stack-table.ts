// StackTable: the answer of a store to "which stacks, how often": everything that trees, tables and pprof need.
import type { CodeObject } from './code-object.ts';
import type { Frame } from './frame.ts';

/** Stacks as paths in a tree of calls, which they share as far as they begin alike. Columns; `n` stacks, `k` nodes. */
export interface CallerTree {
  /** Node of the caller, which has a lower number; -1 of an outermost frame (k). */
  parent: Int32Array;
  /** Index into the location columns (k). */
  location: Uint32Array;
  /** Node of each stack's leaf; -1 of a stack without locations (n). */
  leaf: Int32Array;
}

/** Columns; `n` stacks, `m` locations. Indices are 0-based. */
export interface StackTable {
  /** Samples per stack (n). */
  count: Float64Array;
  /** CPU time per stack, ns (n). */
  weightNs: Float64Array;
  /** Each row's stack, where a store answers and nothing was changed about the stacks (n): what `series` can be asked about. */
  stackIds?: BigUint64Array;
  /** Value of the `groupBy` label per stack, or undefined where nothing was grouped (n). */
  group?: string[];
  /** Stack i's locations are `stackLocations[offsets[i] .. offsets[i + 1])`, leaf first (n + 1). */
  offsets: Uint32Array;
  /** Indices into the location columns. */
  stackLocations: Uint32Array;
  /**
   * The same as `offsets` and `stackLocations` say, where a store answers: what is done once per node is done less often. The lists
   * are then made when they are read (`tableOfCallers`).
   */
  callers?: CallerTree | undefined;
  /** Index into `objects` (m). */
  locationObject: Uint32Array;
  /** Address in the object (m). */
  locationAddress: Float64Array;
  /** Inline chain, innermost first; always at least one frame: a miss is a frame such as `[libfoo.so]` (m). */
  locationFrames: Frame[][];
  /** 1 where the location has a real name, 0 where its frame is a stand-in (m). */
  locationNamed: Uint8Array;
  objects: CodeObject[];
  /** Sampling period most in force in the window, ns; 0 when there are no samples. */
  periodNs: number;
}
