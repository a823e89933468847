// What the main thread and the worker that compiles say to each other.
import type { CompileFailure } from './compile-table.ts';
import type { EntryCounts } from './section-rows.ts';
import type { TableStats } from './table-stats.ts';

export interface CompileRequest {
  /** Open until the reply; the worker reads by position and neither closes nor keeps it. */
  fd: number;
}

/** `table` is moved, not copied. */
export type CompileReply =
  | { ok: true; table: Uint8Array<ArrayBuffer>; stats: TableStats; entries: EntryCounts }
  | { ok: false; reason: CompileFailure };
