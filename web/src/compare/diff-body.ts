// What GET /api/v1/diff answers. Left is the base ("before"), right the window ("after").
import type { DiffFunctions } from '../../../src/query/diff-functions.ts';
import type { DiffTree } from '../../../src/query/diff-tree.ts';
import type { Normalization } from '../../../src/query/diff.ts';

export type { DiffFunctionRow, DiffFunctionSide } from '../../../src/query/diff-functions.ts';
export type { DiffNodeSide, HiddenSide } from '../../../src/query/diff-tree.ts';
export type { Normalization };

export interface DiffWindow {
  fromMs: number;
  untilMs: number;
  query: string;
  /** CPU time, ns. */
  total: number;
  /** Samples. */
  totalCount: number;
  /** CPUs busy on average. */
  cores: number;
  periodNs: number;
}

export interface DiffBody extends DiffTree, DiffFunctions {
  unit: 'nanoseconds';
  normalize: Normalization;
  left: DiffWindow;
  right: DiffWindow;
  /** Kind of each object, in the order of `objects`. */
  objectKinds: string[];
  verdict: null;
}
