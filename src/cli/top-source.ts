// What `top` looks at: the functions of the last seconds that are stored, and how sampling goes.
import type { TopTable } from '../query/top.ts';
import { askJson } from './answers.ts';
import type { Parameters, ProfileClient } from './profile-client.ts';

/** The daemon stores what it sampled at least this often: all that is older is complete. */
const STORED_WITHIN_MS = 5000;
/** A daemon that is busy answers late; one that does not by then is not seen live. */
const ANSWER_MS = 30_000;

export type Sort = 'self' | 'total';

export interface TopRequest {
  query?: string;
  /** Stack filters, as the route calls them. */
  filters?: Parameters;
  windowMs: number;
  sort: Sort;
  limit: number;
}

/** The members of `/api/v1/status` that are shown. Most are absent where nothing is sampled. */
interface Status {
  sampling: boolean;
  conservation?: { perCpu: { samples: number; pending: number; losses: Record<string, number> }[] };
  rate?: { configuredHz: number; inForceHz: number; reason?: string };
  host?: { name: string; cpus: number };
  store: { newestMs: number | null };
  coverage: { untilMs: number; namedShare: number | null };
}

export interface TopAnswer extends TopTable {
  fromMs: number;
  untilMs: number;
}

/** One look, and what `--json` prints. */
export interface TopSnapshot extends TopAnswer {
  source: string;
  sampling: boolean;
  /** Null where nothing is sampled. */
  host: string | null;
  cpus: number | null;
  rateHz: number | null;
  rateReason: string | null;
  sort: Sort;
  /** CPU seconds per second of the window. */
  cpusBusy: number;
  /** Of the samples since the look before (the first look: since sampling began); null where nothing is sampled. */
  lostShare: number | null;
  /** Of the samples of the last five minutes; null without any. */
  unnamedShare: number | null;
}

interface Account {
  kept: number;
  lost: number;
}

export class TopSource {
  readonly #client: ProfileClient;
  #before: Account = { kept: 0, lost: 0 };

  constructor(client: ProfileClient) {
    this.#client = client;
  }

  async look(request: TopRequest): Promise<TopSnapshot> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const status = await askJson<Status>(
      this.#client,
      '/api/v1/status',
      {},
      ['sampling', 'store', 'coverage'],
      signal,
    );
    const untilMs = endOfWindow(status);
    const table = await askJson<TopAnswer>(
      this.#client,
      '/api/v1/top',
      {
        from: untilMs - request.windowMs,
        until: untilMs,
        query: request.query,
        ...request.filters,
        sort: request.sort,
        limit: request.limit,
      },
      ['functions', 'hidden', 'total'],
      signal,
    );
    return { ...this.#describe(status), ...table, sort: request.sort, cpusBusy: busy(table) };
  }

  #describe({ sampling, conservation, rate, host, coverage }: Status) {
    const account = conservation === undefined ? null : accountOf(conservation);
    const lostShare = account === null ? null : shareLost(this.#before, account);
    if (account !== null) this.#before = account;
    return {
      source: this.#client.source,
      sampling,
      host: host?.name ?? null,
      cpus: host?.cpus ?? null,
      rateHz: rate?.inForceHz ?? null,
      rateReason: rate?.reason ?? null,
      lostShare,
      unnamedShare: coverage.namedShare === null ? null : 1 - coverage.namedShare,
    };
  }
}

/**
 * By the server's clock. While it samples, the end of what is stored for certain; a later end would show CPUs as idle
 * whose samples are still on their way. Else the last sample there is.
 */
export function endOfWindow({ sampling, store, coverage }: Status): number {
  const nowMs = coverage.untilMs;
  const newestMs = store.newestMs === null ? nowMs : Math.floor(store.newestMs) + 1;
  return sampling ? Math.min(nowMs, Math.max(newestMs, nowMs - STORED_WITHIN_MS)) : newestMs;
}

function busy({ total, fromMs, untilMs }: TopAnswer): number {
  return total / 1e6 / (untilMs - fromMs);
}

function accountOf({ perCpu }: NonNullable<Status['conservation']>): Account {
  const sum = (of: (cpu: (typeof perCpu)[number]) => number) => perCpu.reduce((all, cpu) => all + of(cpu), 0);
  return {
    kept: sum(({ samples, pending }) => samples + pending),
    lost: sum(({ losses }) => Object.values(losses).reduce((all, count) => all + count, 0)),
  };
}

/** A session that began anew counts from nothing. */
function shareLost(before: Account, now: Account): number {
  const restarted = now.kept + now.lost < before.kept + before.lost;
  const kept = now.kept - (restarted ? 0 : before.kept);
  const lost = now.lost - (restarted ? 0 : before.lost);
  return kept + lost > 0 ? Math.max(0, lost) / (Math.max(0, kept) + Math.max(0, lost)) : 0;
}
