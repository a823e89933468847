// A selector before it is asked about: its patterns are read, and matched once against the texts that its labels have.
import type { DuckDBConnection } from '@duckdb/node-api';
import { LIST, listValue, VARCHAR } from '@duckdb/node-api';
import { SAMPLE_KINDS } from '../model/profile-batch.ts';
import { formatMatcher } from '../model/selector-text.ts';
import type { LabelName, Matcher, Selector, TextMatcher, TimeRange } from '../model/selector.ts';
import { isNegative } from '../model/selector.ts';
import { textSet } from './each-chunk.ts';
import { processLabelSql } from './label-sql.ts';
import { Parameters } from './parameters.ts';
import { checkPattern, PatternBudget, selectMatching } from './pattern.ts';
import { StoreError } from './store-error.ts';
import { windowSql } from './window-sql.ts';

export interface CheckedMatcher {
  matcher: Matcher;
  /** Temporary table (text) of the label's texts that the pattern of `=~` or `!~` matches; '' for other operators. */
  matching: string;
  /** Whether it holds for a label of that text: the empty one, the host's, or that of a kind of samples. */
  holdsFor: (text: string) => boolean;
}

export type CheckedSelector = readonly CheckedMatcher[];

/** Rejects with a StoreError of kind 'bad-pattern' that names the matcher whose pattern is malformed or too slow. */
export async function checkSelector(
  connection: DuckDBConnection,
  selector: Selector,
  window: { range: TimeRange; host: string },
): Promise<CheckedSelector> {
  // All are read before the first of them costs anything.
  for (const matcher of selector) {
    if (isPattern(matcher)) await named(matcher, checkPattern(connection, matcher.value));
  }
  const budget = new PatternBudget();
  const checked: CheckedMatcher[] = [];
  for (const matcher of selector) {
    const matching = isPattern(matcher) ? `matching_${checked.length}` : '';
    if (isPattern(matcher)) {
      const asked = { ...textsOfLabel(matcher.label, window), pattern: matcher.value, budget };
      await named(matcher, selectMatching(connection, matching, { mode: 'whole', ...asked }));
    }
    const equal = await equalTexts(connection, matcher, matching, window.host);
    const negative = isNegative(matcher.op);
    checked.push({ matcher, matching, holdsFor: (text) => equal.has(text) !== negative });
  }
  return checked;
}

function isPattern(matcher: Matcher): matcher is TextMatcher & { op: '=~' | '!~' } {
  return matcher.op === '=~' || matcher.op === '!~';
}

/** Every text that samples of the window may have for the label, the empty one among them. */
function textsOfLabel(label: LabelName, { range, host }: { range: TimeRange; host: string }) {
  const parameters = new Parameters();
  if (label === 'host' || label === 'kind') {
    const texts = label === 'host' ? [host] : [...SAMPLE_KINDS];
    return { texts: `SELECT unnest(${parameters.add(listValue(texts), LIST(VARCHAR))}) AS text`, parameters };
  }
  const ofProcess = processLabelSql(label);
  const distinct =
    ofProcess === undefined
      ? `SELECT coalesce(s.${label}::VARCHAR, '') AS text FROM samples s WHERE ${windowSql(range, parameters)}`
      : `SELECT ${ofProcess} AS text FROM processes p`;
  return { texts: `${distinct} UNION SELECT ''`, parameters };
}

/** Of the texts that `holdsFor` may be asked about, those that the matcher, but for its negation, holds for. */
async function equalTexts(
  connection: DuckDBConnection,
  matcher: Matcher,
  matching: string,
  host: string,
): Promise<ReadonlySet<string>> {
  if ('values' in matcher) return new Set(matcher.values);
  if (!isPattern(matcher)) return new Set([matcher.value]);
  const parameters = new Parameters();
  const known = parameters.add(listValue(['', host, ...SAMPLE_KINDS]), LIST(VARCHAR));
  const sql = `SELECT m.text FROM ${matching} m WHERE list_contains(${known}, m.text)`;
  return textSet(connection, sql, parameters);
}

/** What is wrong with a pattern, told with the matcher that it is of. */
async function named(matcher: Matcher, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof StoreError) || error.kind !== 'bad-pattern') throw error;
    const text = formatMatcher(matcher);
    const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text;
    throw new StoreError('bad-pattern', `${shown}: ${error.message}`, error);
  }
}
