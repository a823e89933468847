// The functions of two windows side by side: what each used, and how that changed.
import type { ComparedSide, Comparison } from './diff.ts';
import type { HiddenSide } from './diff-tree.ts';
import type { FunctionSums } from './function-sums.ts';
import { functionSums } from './function-sums.ts';

/** What a function used on one side: CPU time in ns, samples, shares of the side, CPUs. */
export interface DiffFunctionSide {
  self: number;
  total: number;
  selfCount: number;
  totalCount: number;
  selfShare: number;
  totalShare: number;
  selfRate: number;
  totalRate: number;
}

export interface DiffFunctionRow {
  name: string;
  /** Path of the object. */
  object: string;
  /** Source file, '' where unknown. */
  file: string;
  left: DiffFunctionSide;
  right: DiffFunctionSide;
  /** Right minus left, on the scale of the comparison. */
  change: { self: number; total: number };
  /** Not worked out yet. */
  significance: null;
}

/** The part of `/api/v1/diff` that is the table. */
export interface DiffFunctions {
  functions: DiffFunctionRow[];
  /** Functions beyond the limit, and on each side the samples that have their leaf in them. */
  hiddenFunctions: { functions: number; left: HiddenSide; right: HiddenSide };
}

export interface DiffFunctionsOptions {
  /** Rows at most; everything by default. */
  limit?: number;
  sortBy?: 'self' | 'total';
}

/** Largest change first, whichever way it goes. */
export function diffFunctions(comparison: Comparison, options: DiffFunctionsOptions = {}): DiffFunctions {
  const { table, functions, left, right } = comparison;
  const before = functionSums(table, functions, left.rows);
  const after = functionSums(table, functions, right.rows);
  const self = changes(left, before.selfWeightNs, right, after.selfWeightNs);
  const total = changes(left, before.totalWeightNs, right, after.totalWeightNs);
  const order = largestFirst(options.sortBy === 'self' ? [self, total] : [total, self]);
  const limit = Math.max(0, Math.floor(options.limit ?? Infinity));
  const cut = order.subarray(limit);
  return {
    functions: Array.from(order.subarray(0, limit), (fn) => ({
      name: functions.names[functions.functionName[fn]!]!,
      object: functions.objects[functions.functionObject[fn]!]!,
      file: functions.functionFile[fn]!,
      left: functionSide(left, before, fn),
      right: functionSide(right, after, fn),
      change: { self: self.change[fn]!, total: total.change[fn]! },
      significance: null,
    })),
    hiddenFunctions: {
      functions: cut.length,
      left: hiddenSide(left, before, cut),
      right: hiddenSide(right, after, cut),
    },
  };
}

/** By function, on the scale of the comparison. */
interface Changes {
  change: Float64Array;
  /** The larger side: among equal changes the function that matters more comes first. */
  larger: Float64Array;
}

function changes(
  left: ComparedSide,
  before: Float64Array,
  right: ComparedSide,
  after: Float64Array,
): Changes {
  const was = before.map((weightNs) => left.normalized(weightNs));
  const is = after.map((weightNs) => right.normalized(weightNs));
  return {
    change: is.map((value, fn) => value - was[fn]!),
    larger: is.map((value, fn) => Math.max(value, was[fn]!)),
  };
}

function largestFirst([first, second]: [Changes, Changes]): Uint32Array {
  const size = ({ change }: Changes, fn: number) => Math.abs(change[fn]!);
  return Uint32Array.from(first.change, (_, fn) => fn).sort(
    (a, b) =>
      size(first, b) - size(first, a) ||
      size(second, b) - size(second, a) ||
      first.larger[b]! - first.larger[a]! ||
      a - b,
  );
}

function functionSide(side: ComparedSide, sums: FunctionSums, fn: number): DiffFunctionSide {
  const [self, total] = [sums.selfWeightNs[fn]!, sums.totalWeightNs[fn]!];
  return {
    self,
    total,
    selfCount: sums.selfCount[fn]!,
    totalCount: sums.totalCount[fn]!,
    selfShare: side.share(self),
    totalShare: side.share(total),
    selfRate: side.rate(self),
    totalRate: side.rate(total),
  };
}

function hiddenSide(side: ComparedSide, sums: FunctionSums, cut: Uint32Array): HiddenSide {
  const over = (column: Float64Array) => cut.reduce((sum, fn) => sum + column[fn]!, 0);
  return { count: over(sums.selfCount), share: side.share(over(sums.selfWeightNs)) };
}
