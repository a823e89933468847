// docs/sql.md: every example runs on the recorded data and gives the output that stands below it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resultTable } from '../../src/cli/result-table.ts';
import type { TestRunner } from './recorded-runner.ts';
import { recordedRunner } from './recorded-runner.ts';

const PAGE = readFileSync(fileURLToPath(new URL('../../docs/sql.md', import.meta.url)), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/^### (.+)\n[^#]*?```sql\n([^]*?)```\n\n```\n([^]*?)```$/gm)].map(
  ([, title, statement, output]) => [title!, statement!, output!] as const,
);

let sql: TestRunner;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ sql, close } = await recordedRunner());
});
afterAll(() => close());

describe('docs/sql.md', () => {
  it('has an output below every example', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(10);
    expect(EXAMPLES.length).toBe([...PAGE.matchAll(/^```sql$/gm)].length);
  });

  it.each(EXAMPLES)('%s', async (_, statement, output) => {
    expect(resultTable(await sql.answer(statement), undefined)).toBe(output);
  });

  it('describes every column of every view, and no other', async () => {
    const columns = await sql.rows(
      `SELECT table_name, column_name FROM duckdb_columns()
       WHERE database_name = 'memory' AND schema_name = 'main' AND NOT internal`,
    );
    expect(new Set(columns.map(([view]) => view))).toEqual(
      new Set(['samples', 'stacks', 'frames', 'functions', 'processes', 'series']),
    );
    for (const [view, column] of columns as [string, string][]) {
      const section = new RegExp(`^### ${view}\n[^]*?(?=^##)`, 'm').exec(PAGE)?.[0] ?? '';
      const labels =
        view === 'series' ? ['comm', 'exe', 'user', 'container', 'pod', 'namespace', 'unit', 'kind'] : [];
      if (!labels.includes(column)) expect(section, `${view}.${column}`).toContain(`\`${column}\``);
    }
  });
});
