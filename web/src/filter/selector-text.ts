// Selectors of the form that the filter's chips show: `{comm="node", user!="root"}`. What else the server may
// understand stays text here. No DOM.
import type { LabelName } from '../../../src/model/selector.ts';
import { LABELS } from '../../../src/model/selector.ts';

export interface Chip {
  label: LabelName;
  op: '=' | '!=';
  value: string;
}

const MATCHER = /\s*([A-Za-z_]\w*)\s*(!=|=)\s*"((?:[^"\\]|\\["\\n])*)"\s*(,|$)/y;

const unescape = (text: string) => text.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
const escape = (text: string) => text.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));

/** Undefined where the text is more than chips can show, or wrong. */
export function parseChips(text: string): Chip[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) return undefined;
  const inner = trimmed.slice(1, -1);
  const chips: Chip[] = [];
  MATCHER.lastIndex = 0;
  while (inner.slice(MATCHER.lastIndex).trim() !== '') {
    const match = MATCHER.exec(inner);
    const label = LABELS.find((known) => known === match?.[1]);
    if (match === null || label === undefined) return undefined;
    chips.push({ label, op: match[2] === '=' ? '=' : '!=', value: unescape(match[3]!) });
  }
  return chips;
}

/** The text that `parseChips` and the server read back; '' for none. */
export function formatChips(chips: readonly Chip[]): string {
  if (chips.length === 0) return '';
  return `{${chips.map(({ label, op, value }) => `${label}${op}"${escape(value)}"`).join(', ')}}`;
}

/** With one more condition. A label can have one value only, so that `=` takes the place of an earlier one. */
export function withChip(chips: readonly Chip[], chip: Chip): Chip[] {
  const kept = chips.filter(
    ({ label, op, value }) =>
      label !== chip.label || (value !== chip.value && !(chip.op === '=' && op === '=')),
  );
  return [...kept, chip];
}
