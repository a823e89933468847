// A pprof file as an HTTP answer, the way Go's net/http/pprof sends it.
import type { Context } from 'hono';
import type { TimeRange } from '../model/selector.ts';
import { encodePprof } from '../query/pprof.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { Window } from './params.ts';
import type { FilterParams } from './window-stacks.ts';
import { windowStacks } from './window-stacks.ts';

/** `pilotlight-20260131T140000Z.pb.gz`: the window's start, so that downloads sort by time. */
export function attachment(range: TimeRange, suffix: string): string {
  const start = new Date(range.fromMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `attachment; filename="pilotlight-${start}.${suffix}"`;
}

/** Samples carry the process's name as a label: `go tool pprof -tagfocus comm=node`, `-tagroot comm`. */
export const PPROF_LABEL = 'comm';

export async function pprofAnswer(
  c: Context,
  store: ProfileStore,
  window: Window,
  filters: FilterParams = {},
): Promise<Response> {
  const { range } = window;
  const table = await windowStacks(store, window, { ...filters, groupBy: PPROF_LABEL });
  const gzipped = await encodePprof(table, { range, groupBy: PPROF_LABEL });
  return c.body(new Uint8Array(gzipped), 200, {
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(range, 'pb.gz'),
  });
}
