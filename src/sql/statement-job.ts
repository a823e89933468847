// What the service and the process that runs a statement tell each other: one line of JSON each way, after READY.
import type { SqlFormat } from './limits.ts';
import type { SqlErrorKind } from './sql-error.ts';

export interface StatementJob {
  sql: string;
  format: SqlFormat;
  /** Rows and bytes that the answer may have. */
  maxRows: number;
  maxBytes: number;
  /** Database to read, and folder of its blocks, which no process writes (`StoreSnapshot`). */
  database: string;
  blocks: string;
  /** When that was what is stored, ms since the epoch; part of the answer. */
  takenMs: number;
  /** The statement's own directory; the answer is written there as RESULT_FILE. */
  directory: string;
  memoryBytes: number;
  diskBytes: number;
}

/** What an answer leaves out: all beyond so many rows or bytes. Null where it is whole. */
export type Truncation = { by: 'rows' | 'bytes'; limit: number } | null;

export interface ResultFacts {
  rows: number;
  truncated: Truncation;
}

export type StatementReply =
  ({ ok: true } & ResultFacts) | { ok: false; kind: SqlErrorKind; message: string; hint?: string };

/** The process's first line: what ends it from here on is the statement's doing. */
export const READY = 'ready';

/** Name of the answer's file in `StatementJob.directory`. */
export const RESULT_FILE = 'result';
