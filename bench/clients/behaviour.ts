// What clients ask for: a page that follows the last minutes, and people who look at this and that.
import { generator } from '../lib/random.ts';
import type { Step } from './client.ts';

/** As web/src/main.ts: a live page asks for the graph and the timeline every 5 s, for the status every 10. */
const LIVE_SECONDS = 5;
const FLAMEGRAPH = '/api/v1/flamegraph?from=now-5m&until=now&groupBy=comm&maxNodes=4000';
const SERIES = '/api/v1/series?from=now-5m&until=now&groupBy=comm';

export function* livePage(number: number): Generator<Step> {
  // They were opened at different times.
  const random = generator(number);
  yield { path: '/', pauseSeconds: random() * LIVE_SECONDS };
  while (true) {
    yield { path: FLAMEGRAPH, pauseSeconds: 0 };
    yield { path: SERIES, pauseSeconds: LIVE_SECONDS };
    yield { path: FLAMEGRAPH, pauseSeconds: 0 };
    yield { path: SERIES, pauseSeconds: 0 };
    yield { path: '/api/v1/status', pauseSeconds: LIVE_SECONDS };
  }
}

/** Windows of any length in the last ten minutes: no two ask for the same. */
export function* explorer(number: number): Generator<Step> {
  const random = generator(1000 + number);
  const of = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  while (true) {
    const untilS = 1 + Math.floor(random() * 60);
    const window = `from=now-${untilS + 5 + Math.floor(random() * 540)}s&until=now-${untilS}s`;
    const route = of([
      `/api/v1/flamegraph?${window}&maxNodes=${of([1000, 4000, 20_000])}`,
      `/api/v1/top?${window}&limit=100`,
      `/api/v1/heatmap?${window}`,
      `/api/v1/series?${window}&groupBy=${of(['comm', 'user', 'function'])}`,
      `/api/v1/diff?rightFrom=now-${untilS + 60}s&rightUntil=now-${untilS}s`,
      `/api/v1/profile?${window}&format=${of(['pprof', 'folded', 'speedscope'])}`,
      `/api/v1/labels/comm/values?${window}`,
      '/metrics',
    ]);
    yield { path: route, pauseSeconds: 0.5 + random() * 3 };
  }
}
