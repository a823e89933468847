// The ledger: what each CPU of each sampling session has come to, replaced row by row.
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBListValue, LIST, UBIGINT, USMALLINT, VARCHAR } from '@duckdb/node-api';
import type { LedgerRow } from './profile-store.ts';

/** Updates in place: deleting and inserting a row per CPU every 5 s would leave dead rows behind. */
export async function writeLedger(connection: DuckDBConnection, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  // A later row for the same CPU wins, as if the two had been written in turn.
  const latest = [...new Map(rows.map((row) => [`${row.cpu}\0${row.session}`, row])).values()];
  const values = [
    new DuckDBListValue(latest.map((row) => row.session)),
    new DuckDBListValue(latest.map((row) => row.cpu)),
    new DuckDBListValue(latest.map((row) => BigInt(row.stored))),
    new DuckDBListValue(latest.map((row) => BigInt(row.consumed))),
    new DuckDBListValue(latest.map((row) => JSON.stringify(row.losses))),
  ];
  const types = [LIST(VARCHAR), LIST(USMALLINT), LIST(UBIGINT), LIST(UBIGINT), LIST(VARCHAR)];
  const given = `(SELECT unnest($1) AS session, unnest($2) AS cpu, unnest($3) AS stored,
    unnest($4) AS consumed, unnest($5) AS losses) AS given`;
  const updated = await connection.run(
    `UPDATE ledger SET stored = given.stored, consumed = given.consumed, losses = given.losses
     FROM ${given} WHERE ledger.session = given.session AND ledger.cpu = given.cpu`,
    values,
    types,
  );
  if (updated.rowsChanged === latest.length) return;
  await connection.run(
    `INSERT INTO ledger SELECT session, cpu, stored, consumed, losses FROM ${given}
     WHERE NOT EXISTS (FROM ledger WHERE ledger.session = given.session AND ledger.cpu = given.cpu)`,
    values,
    types,
  );
}

export async function readLedger(connection: DuckDBConnection, session: string): Promise<LedgerRow[]> {
  const rows = await connection.runAndReadAll(
    'SELECT cpu, stored, consumed, losses FROM ledger WHERE session = $1 ORDER BY cpu',
    [session],
    [VARCHAR],
  );
  return rows.getRows().map(([cpu, stored, consumed, losses]) => ({
    session,
    cpu: Number(cpu),
    stored: Number(stored),
    consumed: Number(consumed),
    losses: JSON.parse(losses as string) as Record<string, number>,
  }));
}
