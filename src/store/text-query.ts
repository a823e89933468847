// Which of some texts a pattern matches: what filters of stacks need to know.
import type { DuckDBConnection } from '@duckdb/node-api';
import { LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { textSet } from './each-chunk.ts';
import { Parameters } from './parameters.ts';
import { checkPattern, PatternBudget, selectMatching } from './pattern.ts';

export async function queryTexts(
  connection: DuckDBConnection,
  pattern: string,
  texts: readonly string[],
): Promise<Set<string>> {
  await checkPattern(connection, pattern);
  if (texts.length === 0) return new Set();
  const parameters = new Parameters();
  const list = parameters.add(listValue([...texts]), LIST(VARCHAR));
  const asked = { texts: `SELECT unnest(${list}) AS text`, parameters, budget: new PatternBudget() };
  await selectMatching(connection, 'matching', { pattern, mode: 'part', ...asked });
  return textSet(connection, 'SELECT m.text FROM matching m');
}
