// A selector and a window as a WHERE clause with parameters. No value ever becomes SQL text.
import { LIST, listValue, USMALLINT, UTINYINT, VARCHAR } from '@duckdb/node-api';
import { SAMPLE_KINDS } from '../model/profile-batch.ts';
import type { LabelName, TimeRange } from '../model/selector.ts';
import { isNegative } from '../model/selector.ts';
import type { CheckedMatcher, CheckedSelector } from './checked-selector.ts';
import { processLabelSql } from './label-sql.ts';
import type { Parameters } from './parameters.ts';
import { windowSql } from './window-sql.ts';

/** A condition on samples `s`. However many matchers there are, the processes and each column are looked at once. */
export function whereSql(
  selector: CheckedSelector,
  range: TimeRange,
  host: string,
  parameters: Parameters,
): string {
  const window = windowSql(range, parameters);
  const of = (...labels: LabelName[]) => selector.filter(({ matcher }) => labels.includes(matcher.label));
  const ofProcess = selector.filter(({ matcher }) => processLabelSql(matcher.label) !== undefined);
  return [
    window,
    ...processSql(ofProcess, parameters),
    ...columnSql('thread', 's.thread', of('thread'), window, parameters),
    ...columnSql('cpu', 's.cpu::VARCHAR', of('cpu'), window, parameters),
    ...kindSql(of('kind'), parameters),
    ...of('host').map(({ holdsFor }) => truth(holdsFor(host))),
  ].join(' AND ');
}

/**
 * Through one set of processes rather than a join: few processes match, and DuckDB turns it into a filter on the scan.
 * A sample whose process is not known has every process label empty. Where the empty text is selected, the set is of the
 * processes that are not.
 */
function processSql(matchers: CheckedSelector, parameters: Parameters): string[] {
  if (matchers.length === 0) return [];
  const all = matchers
    .map((checked) => textSql(processLabelSql(checked.matcher.label)!, checked, parameters))
    .join(' AND ');
  const unknownToo = matchers.every(({ holdsFor }) => holdsFor(''));
  const [member, processes] = unknownToo ? ['NOT IN', `NOT (${all})`] : ['IN', all];
  return [`s.process_id ${member} (SELECT p.process_id FROM processes p WHERE ${processes})`];
}

/** Sets and patterns are tried on the few distinct values of the window, not on every sample. */
function columnSql(
  column: 'thread' | 'cpu',
  text: string,
  matchers: CheckedSelector,
  window: string,
  parameters: Parameters,
): string[] {
  const plain = matchers.filter(isPlain);
  const others = matchers.filter((checked) => !isPlain(checked));
  const conditions = plain.map((checked) =>
    column === 'cpu' ? cpuSql(checked, parameters) : textSql(text, checked, parameters),
  );
  if (others.length === 0) return conditions;
  const all = others.map((checked) => textSql(text, checked, parameters)).join(' AND ');
  const distinct = `SELECT DISTINCT s.${column} FROM samples s WHERE ${window}`;
  const among = `s.${column} IN (SELECT s.${column} FROM (${distinct}) s WHERE ${all})`;
  // A roll-up drops the CPU: the empty text, for which no value stands.
  const absentToo = column === 'cpu' && others.every(({ holdsFor }) => holdsFor(''));
  return [...conditions, absentToo ? `(${among} OR s.cpu IS NULL)` : among];
}

function isPlain({ matcher: { op } }: CheckedMatcher): boolean {
  return op === '=' || op === '!=';
}

/** '07' and '+7' are no CPU's label, however SQL would read them. */
function cpuSql({ matcher }: CheckedMatcher, parameters: Parameters): string {
  const value = 'value' in matcher ? matcher.value : '';
  const negative = isNegative(matcher.op);
  if (value === '') return `s.cpu IS ${negative ? 'NOT ' : ''}NULL`;
  if (!/^(0|[1-9]\d{0,4})$/.test(value) || Number(value) > 0xffff) return truth(negative);
  return `s.cpu ${negative ? 'IS DISTINCT FROM' : '='} ${parameters.add(Number(value), USMALLINT)}`;
}

function kindSql(matchers: CheckedSelector, parameters: Parameters): string[] {
  if (matchers.length === 0) return [];
  const selected = SAMPLE_KINDS.map((_, number) => number).filter((number) =>
    matchers.every(({ holdsFor }) => holdsFor(SAMPLE_KINDS[number]!)),
  );
  if (selected.length === 0 || selected.length === SAMPLE_KINDS.length) return [truth(selected.length > 0)];
  return [`s.kind IN (${selected.map((number) => parameters.add(number, UTINYINT)).join(', ')})`];
}

/** What the matcher says of a text, which is an expression that is never NULL. */
function textSql(text: string, { matcher, matching }: CheckedMatcher, parameters: Parameters): string {
  switch (matcher.op) {
    case '=':
      return `${text} = ${parameters.add(matcher.value, VARCHAR)}`;
    case '!=':
      return `${text} <> ${parameters.add(matcher.value, VARCHAR)}`;
    case '=~':
      return `${text} IN (SELECT m.text FROM ${matching} m)`;
    case '!~':
      return `${text} NOT IN (SELECT m.text FROM ${matching} m)`;
    case 'in':
      return setSql(text, matcher.values, parameters);
    case 'notin':
      return `NOT ${setSql(text, matcher.values, parameters)}`;
  }
}

function setSql(text: string, values: readonly string[], parameters: Parameters): string {
  return `list_contains(${parameters.add(listValue([...values]), LIST(VARCHAR))}, ${text})`;
}

function truth(holds: boolean): string {
  return holds ? 'TRUE' : 'FALSE';
}
