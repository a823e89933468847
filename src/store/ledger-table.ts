// The ledger: what each CPU of each sampling session has come to. One row per session: it is replaced with every batch,
// and a row per CPU would make that 128 replacements on a large host.
import type { DuckDBConnection } from '@duckdb/node-api';
import { VARCHAR } from '@duckdb/node-api';
import type { LedgerRow } from './profile-store.ts';
import type { Statements } from './statements.ts';

const UPDATE = 'UPDATE ledger SET cpus = $2 WHERE session = $1';
const INSERT = 'INSERT INTO ledger VALUES ($1, $2)';

/** `rows` are all of a session's CPUs; they replace what was kept of it. */
export async function writeLedger(statements: Statements, rows: readonly LedgerRow[]): Promise<void> {
  const bySession = new Map<string, Omit<LedgerRow, 'session'>[]>();
  for (const { session, ...cpu } of rows) bySession.set(session, [...(bySession.get(session) ?? []), cpu]);
  for (const [session, cpus] of bySession) {
    const row = [session, JSON.stringify(cpus)];
    const updated = await statements.run(UPDATE, row, [VARCHAR, VARCHAR]);
    if (updated === 0) await statements.run(INSERT, row, [VARCHAR, VARCHAR]);
  }
}

export async function readLedger(connection: DuckDBConnection, session: string): Promise<LedgerRow[]> {
  const rows = await connection.runAndReadAll(
    'SELECT cpus FROM ledger WHERE session = $1',
    [session],
    [VARCHAR],
  );
  if (rows.currentRowCount === 0) return [];
  const cpus = JSON.parse(rows.value(0, 0) as string) as Omit<LedgerRow, 'session'>[];
  return cpus.map((cpu) => ({ session, ...cpu })).sort((a, b) => a.cpu - b.cpu);
}
