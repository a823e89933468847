// Statements over the recorded data directory (test/support/recorded-data.ts), run as the service runs them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SqlFormat, SqlLimits } from '../../src/sql/limits.ts';
import type { SqlError } from '../../src/sql/sql-error.ts';
import { SqlRunner } from '../../src/sql/sql-runner.ts';
import type { SqlAnswer } from '../../src/server/routes/sql.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import type { RecordedData } from '../support/recorded-data.ts';
import { recordedData } from '../support/recorded-data.ts';

export const NEVER = new AbortController().signal;

/** A runner in a folder of its own. */
export class TestRunner {
  readonly runner: SqlRunner;
  readonly folder: string;

  private constructor(folder: string, store: Pick<ProfileStore, 'snapshot'>, limits: Partial<SqlLimits>) {
    this.folder = folder;
    this.runner = new SqlRunner({ store, directory: join(folder, 'sql'), limits });
  }

  static async on(
    store: Pick<ProfileStore, 'snapshot'>,
    limits: Partial<SqlLimits> = {},
  ): Promise<TestRunner> {
    return new TestRunner(await mkdtemp(join(tmpdir(), 'pilotlight-sql-')), store, limits);
  }

  async answer(sql: string, maxRows = 10_000): Promise<SqlAnswer> {
    return JSON.parse((await this.bytes(sql, 'json', maxRows)).toString()) as SqlAnswer;
  }

  async rows(sql: string): Promise<unknown[][]> {
    return (await this.answer(sql)).rows;
  }

  async bytes(sql: string, format: SqlFormat, maxRows = 10_000): Promise<Buffer> {
    const { file } = await this.runner.run({ sql, format, maxRows }, NEVER);
    try {
      return await file.readFile();
    } finally {
      await file.close();
    }
  }

  /** Why a statement has no answer. */
  async refusal(sql: string, format: SqlFormat = 'json'): Promise<Pick<SqlError, 'kind' | 'message'>> {
    try {
      await this.bytes(sql, format);
    } catch (error) {
      const { kind, message } = error as SqlError;
      return { kind, message };
    }
    throw new Error(`it was answered: ${sql}`);
  }

  async close(): Promise<void> {
    await this.runner.close();
    await rm(this.folder, { recursive: true });
  }
}

export async function recordedRunner(
  limits: Partial<SqlLimits> = {},
): Promise<{ data: RecordedData; sql: TestRunner; close: () => Promise<void> }> {
  const data = await recordedData();
  const sql = await TestRunner.on(data.store, limits);
  return {
    data,
    sql,
    close: async () => {
      await sql.close();
      await data.close();
    },
  };
}
