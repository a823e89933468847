// What is compared in a diff: two windows of stacks, and the scale on which their CPU times can be set side by side.
import type { StackTable } from '../model/stack-table.ts';
import type { FunctionTable } from './function-table.ts';
import { functionTable } from './function-table.ts';
import type { StackRows } from './stack-rows.ts';
import { shareOf, tableTotals } from './stack-rows.ts';
import { pairTables } from './table-pair.ts';

/**
 * - `share`: of the side's whole CPU time; what changed in the mix, however busy each window was.
 * - `core-seconds`: CPU seconds per second of the window, that is, CPUs busy on average.
 * - `none`: CPU time as it is, ns; fair only for windows of equal length.
 */
export const NORMALIZATIONS = ['share', 'core-seconds', 'none'] as const;
export type Normalization = (typeof NORMALIZATIONS)[number];

export interface DiffInput {
  table: StackTable;
  /** Length of the window that the table is of, ms; more than 0. */
  windowMs: number;
}

/** Both sides over one set of functions: left is before (the base), right is after. */
export interface Comparison {
  table: StackTable;
  functions: FunctionTable;
  normalize: Normalization;
  left: ComparedSide;
  right: ComparedSide;
}

export function compareTables(left: DiffInput, right: DiffInput, normalize: Normalization): Comparison {
  const pair = pairTables(left.table, right.table);
  return {
    table: pair.table,
    functions: functionTable(pair.table),
    normalize,
    left: new ComparedSide(pair.table, pair.left, left, normalize),
    right: new ComparedSide(pair.table, pair.right, right, normalize),
  };
}

const NS_PER_MS = 1_000_000;

/** One side of a comparison; a side without samples has zeros everywhere. */
export class ComparedSide {
  /** Its stacks in the comparison's table. */
  readonly rows: StackRows;
  /** CPU time, ns. */
  readonly total: number;
  /** Samples. */
  readonly totalCount: number;
  /** ns */
  readonly periodNs: number;
  readonly #windowNs: number;
  readonly #normalize: Normalization;

  constructor(pair: StackTable, rows: StackRows, { table, windowMs }: DiffInput, normalize: Normalization) {
    const totals = tableTotals(pair, rows);
    this.rows = rows;
    this.total = totals.weightNs;
    this.totalCount = totals.count;
    this.periodNs = table.periodNs;
    this.#windowNs = windowMs * NS_PER_MS;
    this.#normalize = normalize;
  }

  /** Of the side's CPU time. */
  share(weightNs: number): number {
    return shareOf(weightNs, this.total);
  }

  /** CPU time per second of the window, in CPUs. */
  rate(weightNs: number): number {
    return weightNs / this.#windowNs;
  }

  /** On the scale of the comparison; rising with the CPU time. */
  normalized(weightNs: number): number {
    switch (this.#normalize) {
      case 'share':
        return this.share(weightNs);
      case 'core-seconds':
        return this.rate(weightNs);
      case 'none':
        return weightNs;
    }
  }
}
