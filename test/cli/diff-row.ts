// A function of a diff, by its shares.
import type { DiffFunctionRow, DiffFunctionSide } from '../../src/query/diff-functions.ts';

/** CPU time of a side, ns, and the length of its window, s. */
const TOTAL_NS = 20e9;
const WINDOW_SECONDS = 10;

function side(share: number): DiffFunctionSide {
  const [time, count] = [share * TOTAL_NS, share * 2000];
  const rate = time / 1e9 / WINDOW_SECONDS;
  return {
    ...{ self: time / 2, total: time, selfCount: count / 2, totalCount: count },
    ...{ selfShare: share / 2, totalShare: share, selfRate: rate / 2, totalRate: rate },
  };
}

/** `before` and `after` are shares of total; half of each is the function's own. */
export function diffRow(name: string, before: number, after: number): DiffFunctionRow {
  const [left, right] = [side(before), side(after)];
  const change = { self: right.selfShare - left.selfShare, total: right.totalShare - left.totalShare };
  return { name, object: '/usr/bin/app', file: '', left, right, change, significance: null };
}
