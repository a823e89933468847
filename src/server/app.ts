// The HTTP application: what every request passes, then one file per group of routes.
import { OpenAPIHono } from '@hono/zod-openapi';
import { HTTPException } from 'hono/http-exception';
import type { SqlRunner } from '../sql/sql-runner.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { StoreError } from '../store/store-error.ts';
import type { App, ServerContext } from './context.ts';
import { ApiError, PATTERN_HINT, quote, refuse } from './errors.ts';
import type { EntranceOptions } from './entrance.ts';
import { installEntrance } from './entrance.ts';
import { debugRoutes } from './routes/debug.ts';
import { diffRoutes } from './routes/diff.ts';
import { flamegraphRoutes } from './routes/flamegraph.ts';
import { heatmapRoutes } from './routes/heatmap.ts';
import { healthRoutes } from './routes/health.ts';
import { labelRoutes } from './routes/labels.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { openApiRoutes } from './routes/openapi.ts';
import { pageRoutes } from './routes/page.ts';
import { pinRoutes } from './routes/pins.ts';
import { profileRoutes } from './routes/profile.ts';
import { prototypeRoutes } from './routes/prototypes.ts';
import { seriesRoutes } from './routes/series.ts';
import { sessionRoutes } from './routes/session.ts';
import { sqlRoutes } from './routes/sql.ts';
import { statusRoutes } from './routes/status.ts';
import { topRoutes } from './routes/top.ts';
import type { RunningService, ServerLog } from './service.ts';
import { SymbolAdvisor } from './symbol-advice.ts';
import { validationHook } from './validation.ts';

export interface AppOptions extends Omit<EntranceOptions, 'now'> {
  store: ProfileStore;
  sql: Pick<SqlRunner, 'run'>;
  service: RunningService;
  /** Folder of the built page (`dist/web`). */
  webRoot: string;
  log: ServerLog;
  /** Of Pilotlight, as /openapi.json tells it. */
  version: string;
  /** Says what would name more, by the files of this host; for tests another. */
  advisor?: Pick<SymbolAdvisor, 'advise'>;
  /** ms since the epoch; for tests. */
  now?: () => number;
}

const ROUTES: readonly ((app: App, context: ServerContext) => void)[] = [
  profileRoutes,
  flamegraphRoutes,
  topRoutes,
  diffRoutes,
  seriesRoutes,
  heatmapRoutes,
  labelRoutes,
  sqlRoutes,
  pinRoutes,
  prototypeRoutes,
  statusRoutes,
  debugRoutes,
  metricsRoutes,
  healthRoutes,
  openApiRoutes,
  sessionRoutes,
  // Last: it takes every path that no other route has.
  pageRoutes,
];

export function createApp(options: AppOptions): App {
  const { now = Date.now, advisor = new SymbolAdvisor(), access, log } = options;
  const app: App = new OpenAPIHono({ defaultHook: validationHook });
  const entrance = installEntrance(app, { ...options, now });
  const context: ServerContext = { ...options, advisor, now, access, ...entrance };
  for (const register of ROUTES) register(app, context);
  app.notFound((c) =>
    refuse(c, new ApiError(404, 'not_found', `there is nothing at ${c.req.method} ${quote(c.req.path)}`)),
  );
  app.onError((error, c) => {
    const known = asApiError(error);
    if (known !== null) return refuse(c, known);
    log.error({ err: error, path: c.req.path }, 'a request failed');
    return refuse(c, new ApiError(500, 'internal', 'the request failed; the log says why'));
  });
  return app;
}

/** What whoever asked can mend, or be told; null for a fault of ours. */
function asApiError(error: Error): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreError && error.kind === 'bad-query') {
    return new ApiError(400, 'bad_query', error.message);
  }
  if (error instanceof StoreError && error.kind === 'too-large') {
    return new ApiError(503, 'too_large', error.message);
  }
  if (error instanceof StoreError && error.kind === 'bad-pattern') {
    return new ApiError(400, 'bad_selector', `query: ${error.message}`, PATTERN_HINT);
  }
  if (error instanceof HTTPException && error.status < 500) {
    return new ApiError(400, 'bad_request', error.message);
  }
  return null;
}
