// What can go wrong with stored data, told for people: what, why, what to do.

export type StoreErrorKind =
  | 'newer-version' // written by a newer Pilotlight (or DuckDB) than this one
  | 'unwritable' // the data directory cannot be made or written
  | 'locked' // another daemon holds the data directory
  | 'corrupt' // DuckDB does not accept the file
  | 'busy' // what is made one at a time is being made for somebody else
  | 'no-space' // the disk is full; the next append tries again
  | 'too-large' // a question that needs more memory than DuckDB may use
  | 'bad-pattern' // a regular expression that RE2 cannot read; the asker's mistake
  | 'bad-query' // a question that has no sensible answer; the asker's mistake
  | 'failed'; // anything else DuckDB refused

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly kind: StoreErrorKind;

  constructor(kind: StoreErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.kind = kind;
  }
}

/** First line of whatever was thrown, without DuckDB's stack traces and hints to its developers. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n', 1)[0]!.slice(0, 300);
}

/** Why a database could not be opened. DuckDB tells its errors apart by their text only. */
export function openError(file: string, error: unknown): StoreError {
  const reason = reasonOf(error);
  if (/Could not set lock|Conflicting lock/i.test(reason)) {
    const holder = /PID (\d+)/.exec(reason)?.[1];
    const who = holder === undefined ? 'another process' : `process ${holder}`;
    return new StoreError(
      'locked',
      `${file} is in use by ${who}; stop that daemon, or give this one another --data-dir`,
      error,
    );
  }
  if (/newer version of DuckDB|version number \d+, but we can only read/i.test(reason)) {
    return new StoreError(
      'newer-version',
      `${file} was written by a newer DuckDB than this build has; use the Pilotlight version that wrote it`,
      error,
    );
  }
  if (/No space left on device/i.test(reason)) {
    return new StoreError(
      'no-space',
      `${file} cannot be opened: no space left on its disk; free some`,
      error,
    );
  }
  if (/Permission denied|Read-only file system|Cannot open file|does not exist/i.test(reason)) {
    return new StoreError(
      'unwritable',
      `${file} cannot be opened: ${reason}; check who owns the data directory`,
      error,
    );
  }
  return new StoreError(
    'corrupt',
    `${file} cannot be read: ${reason}; nothing was changed: move it out of the way (or restore a copy) and start again`,
    error,
  );
}

/** Why a question has no answer: what was thrown, unless it is for the asker. */
export function questionError(error: unknown, memoryLimitBytes: number): unknown {
  if (!/^Out of Memory Error/i.test(reasonOf(error))) return error;
  const limit = `${Math.round(memoryLimitBytes / 1e6)} MB`;
  return new StoreError(
    'too-large',
    `the question needs more memory than --memory-limit allows, which is ${limit}; ask about a shorter window, or raise it`,
    error,
  );
}

/** Why a write did not happen. */
export function writeError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const reason = reasonOf(error);
  const full = /No space left on device|Disk quota exceeded/i.test(reason);
  return full
    ? new StoreError('no-space', 'nothing was stored: no space left on the disk of the data directory', error)
    : new StoreError('failed', `nothing was stored: ${reason}`, error);
}
