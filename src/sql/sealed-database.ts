// DuckDB as a statement of a user may use it: the views over what is stored, and nothing else to read or to write.
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { globText, sqlText } from '../store/sql-text.ts';
import type { StatementJob } from './statement-job.ts';
import { viewStoredSamples } from './stored-samples.ts';
import { viewStoredStacks } from './stored-stacks.ts';
import { VIEWS } from './views.ts';

/** The views lie in a database in memory, so that the stored one can be attached for reading only. */
export async function openSealed(job: StatementJob): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:', settings(job));
  const connection = await instance.connect();
  await connection.run(`ATTACH ${sqlText(job.database)} AS hot (READ_ONLY)`);
  await viewStoredSamples(connection, job.blocks);
  await viewStoredStacks(connection);
  for (const statement of [...VIEWS, ...seal(job)]) await connection.run(statement);
  return connection;
}

/** One thread: a statement must not keep a second CPU from the service. */
function settings({ memoryBytes, diskBytes, directory }: StatementJob): Record<string, string> {
  return {
    threads: '1',
    memory_limit: `${memoryBytes}B`,
    temp_directory: directory,
    max_temp_directory_size: `${diskBytes}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  };
}

/**
 * What may be opened from then on: blocks, the statement's own folder, the attached database. A folder is looked for by
 * its name and, where files are read, by the pattern that matches it.
 */
function seal({ directory, blocks }: StatementJob): readonly string[] {
  const folders = [directory, blocks].flatMap((folder) => [`${folder}/`, globText(`${folder}/`)]);
  return [
    `SET TimeZone = 'UTC'`,
    `SET allowed_directories = [${[...new Set(folders)].map(sqlText).join(', ')}]`,
    'SET enable_external_access = false',
    'SET lock_configuration = true',
  ];
}
