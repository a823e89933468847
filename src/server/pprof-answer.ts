// A pprof file as an HTTP answer, the way Go's net/http/pprof sends it.
import type { Context } from 'hono';
import type { Selector, TimeRange } from '../model/selector.ts';
import { encodePprof } from '../query/pprof.ts';
import type { ProfileStore } from '../store/profile-store.ts';

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
  selector: Selector,
  range: TimeRange,
): Promise<Response> {
  const table = await store.stacks(selector, range, PPROF_LABEL);
  const gzipped = await encodePprof(table, { range, groupBy: PPROF_LABEL });
  return c.body(new Uint8Array(gzipped), 200, {
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(range, 'pb.gz'),
  });
}
