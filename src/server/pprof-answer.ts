// A pprof file as an HTTP answer, the way Go's net/http/pprof sends it.
import type { Context } from 'hono';
import type { TimeRange } from '../model/selector.ts';

/** `pilotlight-20260131T140000Z.pb.gz`: the window's start, so that downloads sort by time. */
export function attachment(range: TimeRange, suffix: string): string {
  const start = new Date(range.fromMs).toISOString().replace(/[-:]|\.\d+/g, '');
  return `attachment; filename="pilotlight-${start}.${suffix}"`;
}

export function pprofAnswer(c: Context, gzipped: Uint8Array, range: TimeRange): Response {
  return c.body(new Uint8Array(gzipped), 200, {
    'content-type': 'application/octet-stream',
    'content-disposition': attachment(range, 'pb.gz'),
  });
}
