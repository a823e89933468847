// What the routes are given, and the app they are registered on.
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { TokenAccess } from './access/credentials.ts';
import type { Entrance } from './entrance.ts';
import type { SqlRunner } from '../sql/sql-runner.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import type { RunningService, ServerLog } from './service.ts';
import type { SymbolAdvisor } from './symbol-advice.ts';

export interface ServerContext extends Entrance {
  store: ProfileStore;
  /** Runs statements of users. */
  sql: Pick<SqlRunner, 'run'>;
  service: RunningService;
  /** Folder of the built page (`dist/web`). */
  webRoot: string;
  log: ServerLog;
  /** Of Pilotlight. */
  version: string;
  /** Says what would name more. */
  advisor: Pick<SymbolAdvisor, 'advise'>;
  /** ms since the epoch. */
  now: () => number;
  /** Undefined where no token is asked for. */
  access: TokenAccess | undefined;
}

export type App = OpenAPIHono;
