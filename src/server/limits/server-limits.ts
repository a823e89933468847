// How much of the server its clients may have: for two hundred pages in live mode, also behind one proxy, and some room.

export interface ServerLimits {
  /** Of one client address. A page in live mode asks once a second on average. */
  requestsPerSecond: number;
  /** At once: opening a page takes a dozen requests. */
  requestBurst: number;
  /** Requests of a cost that run at once, that wait for it, and for how long at most. */
  heavy: GateLimits;
  light: GateLimits;
  maxConnections: number;
  /** Time for a client to send its headers, and all of its request, ms. */
  headersMs: number;
  requestMs: number;
  /** Between two requests of a connection, ms. */
  idleMs: number;
  /** A client that takes nothing of its answer for so long is dropped, ms. */
  stalledMs: number;
  /** And one that has not taken all of it after so long: 100 MB at 3 Mbit/s, ms. */
  sendMs: number;
  /** Answers that clients have not taken yet, all together, bytes. */
  unsentBytes: number;
}

export interface GateLimits {
  atOnce: number;
  waiting: number;
  waitMs: number;
}

/** Headers of one request; browsers send some 20. */
export const MAX_HEADERS = 100;
/** Room for the longest URL the guard lets through beside other headers, so that it is the guard who refuses. */
export const MAX_HEADER_BYTES = 65_536;

export const SERVER_LIMITS: ServerLimits = {
  requestsPerSecond: 300,
  requestBurst: 3000,
  // The store reads two at once: while they do, two others are encoded. Each may hold a profile in memory.
  heavy: { atOnce: 4, waiting: 200, waitMs: 15_000 },
  light: { atOnce: 4, waiting: 400, waitMs: 15_000 },
  // A browser opens up to six for a page.
  maxConnections: 1300,
  headersMs: 10_000,
  requestMs: 30_000,
  idleMs: 10_000,
  stalledMs: 30_000,
  sendMs: 300_000,
  unsentBytes: 64 << 20,
};

/** For an application in the process of whoever asks. */
export const UNGATED: GateLimits = { atOnce: Infinity, waiting: 0, waitMs: 0 };
