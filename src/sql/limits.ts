// What one statement of a user may take, and how many may run. Shown in docs/sql.md.

export interface SqlLimits {
  /** Statements that run at once, each in a process of its own. */
  running: number;
  /** Statements that wait for their turn; further ones are refused. */
  waiting: number;
  /** From the start of its process to its answer, ms; then the process is killed. */
  deadlineMs: number;
  /**
   * RLIMIT_DATA of the process, bytes: what bounds the few functions that DuckDB's own limit does not see. Node and
   * DuckDB's code take some 200 MB of it.
   */
  dataBytes: number;
  /** What DuckDB may use, bytes; what it needs beyond goes to the disk. */
  memoryBytes: number;
  /** What DuckDB may write to the disk, bytes; at most a quarter of what is free there. */
  diskBytes: number;
  /** Length of an answer, bytes. */
  resultBytes: number;
}

export const SQL_LIMITS: SqlLimits = {
  running: 2,
  waiting: 4,
  deadlineMs: 30_000,
  dataBytes: 2 ** 30,
  memoryBytes: 256 * 2 ** 20,
  diskBytes: 512 * 2 ** 20,
  resultBytes: 64 * 2 ** 20,
};

/** Rows of an answer where the request does not say. */
export const DEFAULT_ROWS = 10_000;
export const MAX_ROWS = 1_000_000;

/** Characters of a statement. */
export const MAX_SQL_LENGTH = 100_000;

export const SQL_FORMATS = ['json', 'csv', 'parquet'] as const;
export type SqlFormat = (typeof SQL_FORMATS)[number];
