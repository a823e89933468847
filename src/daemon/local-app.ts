// The app of the server in this process, on a data directory that no daemon holds: what the command line asks then.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CommandFailure } from '../cli/failure.ts';
import type { LocalApp } from '../cli/profile-client.ts';
import { VERSION } from '../cli/version.ts';
import { createApp } from '../server/app.ts';
import type { App } from '../server/context.ts';
import { SqlRunner } from '../sql/sql-runner.ts';
import { isBundleFolder } from '../store/bundle-folder.ts';
import { openStore } from '../store/duckdb-store.ts';
import type { ProfileStore } from '../store/profile-store.ts';
import { reasonOf, StoreError } from '../store/store-error.ts';
import { listeningAddress } from './listening-address.ts';
import { STORED_ONLY } from './stored-only.ts';

/** As the daemon's default. */
const MEMORY_LIMIT_BYTES = 256e6;

/** Opens the directory, for reading only unless something is to be changed; rejects with a CommandFailure where that cannot be. */
export async function openLocalApp(dataDir: string, access: 'read' | 'write' = 'read'): Promise<LocalApp> {
  const store = await openOurStore(dataDir, access === 'read');
  // Nothing is copied of a directory that is only read; it may be another user's, who keeps others from writing there.
  const scratch = await mkdtemp(join(tmpdir(), 'pilotlight-sql-'));
  const sql = new SqlRunner({ store, directory: join(scratch, 'sql') });
  let fault: unknown;
  const note = (details: object): void => {
    fault = 'err' in details ? details.err : details;
  };
  const app = createApp({
    store,
    sql,
    service: STORED_ONLY,
    webRoot: fileURLToPath(new URL('../web', import.meta.url)),
    log: { warn: note, error: note },
    version: VERSION,
  });
  return {
    request: async (path, init) => {
      const response = await requestOf(app, path, init);
      // To people far away the app does not tell its faults; here they are the user's own.
      if (response.status >= 500 && fault !== undefined) throw asFailure(dataDir, fault);
      return response;
    },
    close: async () => {
      await sql.close();
      await rm(scratch, { recursive: true, force: true });
      await store.close();
    },
  };
}

function requestOf(app: App, path: string, init?: RequestInit): Promise<Response> {
  return Promise.resolve(app.request(path, init));
}

async function openOurStore(dataDir: string, readOnly: boolean): Promise<ProfileStore> {
  if (!existsSync(join(dataDir, 'hot.duckdb')) && !isBundleFolder(dataDir)) {
    throw new CommandFailure(`there are no profiles in ${dataDir}`, {
      hint: 'give the --data-dir of a daemon',
    });
  }
  try {
    return await openStore({
      dataDir,
      memoryLimitBytes: MEMORY_LIMIT_BYTES,
      hostLabel: hostname(),
      readOnly,
    });
  } catch (error) {
    throw error instanceof StoreError ? await whyNotOpen(dataDir, error) : error;
  }
}

async function whyNotOpen(dataDir: string, error: StoreError): Promise<CommandFailure> {
  if (error.kind !== 'locked') return asFailure(dataDir, error);
  const holder = Number(/PID (\d+)/.exec(reasonOf(error.cause))?.[1] ?? NaN);
  const address = Number.isNaN(holder) ? null : await listeningAddress(holder);
  const who = Number.isNaN(holder) ? 'a daemon' : `a daemon (process ${holder})`;
  return new CommandFailure(`${dataDir} is held by ${who}`, {
    hint: `ask that one: --server ${address === null ? 'with the address it serves' : `http://${address}`}`,
    cause: error,
  });
}

function asFailure(dataDir: string, error: unknown): CommandFailure {
  if (error instanceof StoreError) return new CommandFailure(error.message, { cause: error });
  return new CommandFailure(`${dataDir} cannot be read: ${reasonOf(error)}`, { cause: error });
}
