// Why a window is empty: an empty graph without a reason looks like a broken one.
import type { StatusBody } from './api.ts';
import { formatTime } from './format.ts';

export interface EmptyWindow {
  fromMs: number;
  untilMs: number;
  query: string;
  /** Whether stacks are filtered. */
  filtered: boolean;
  /** Undefined while the state is not known. */
  status: StatusBody | undefined;
  nowMs: number;
}

const NO_SAMPLER = 'no sampler is running';

/** A sentence. */
export function emptyReason(window: EmptyWindow): string {
  const text = reason(window);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function reason({ fromMs, untilMs, query, filtered, status, nowMs }: EmptyWindow): string {
  const store = status?.store;
  if (status === undefined || store === undefined) return 'the state of the store is not known yet';
  const { oldestMs, newestMs } = store;
  if (oldestMs === null || newestMs === null) {
    return status.sampling
      ? 'nothing is stored yet; the first samples arrive within seconds'
      : `nothing is stored, and ${NO_SAMPLER}`;
  }
  if (newestMs < fromMs) {
    const newest = `the newest stored sample is from ${formatTime(newestMs, nowMs)}`;
    return status.sampling ? newest : `${newest}, and ${NO_SAMPLER}`;
  }
  if (oldestMs >= untilMs) {
    return `it ends before the oldest stored sample, which is from ${formatTime(oldestMs, nowMs)}`;
  }
  if (filtered) return 'no stack passes the filters';
  if (query !== '') return `no sample matches ${query}`;
  return 'the CPUs were idle, or sampling was stopped';
}
