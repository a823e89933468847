// Labels as SQL expressions, the one place that says which column a label is.
import { SAMPLE_KINDS } from '../model/profile-batch.ts';
import type { LabelName } from '../model/selector.ts';

/** Labels of the process that a sample belongs to; `p` is the processes table. */
const PROCESS_LABELS: Partial<Record<LabelName, string>> = {
  comm: 'p.comm',
  exe: 'p.exe',
  pid: 'p.pid::VARCHAR',
  // The name people gave it, where one is known, else the runtime's id.
  container: `CASE WHEN p.container_name <> '' THEN p.container_name ELSE p.container END`,
  pod: `CASE WHEN p.pod <> '' THEN p.pod ELSE p.pod_uid END`,
  namespace: 'p.namespace',
  unit: 'p.unit',
  user: 'p."user"',
};

const KIND_NAMES = SAMPLE_KINDS.map((kind, number) => `WHEN ${number} THEN '${kind}'`).join(' ');

/** The process column expression, or undefined where the label is not the process's. */
export function processLabelSql(label: LabelName): string | undefined {
  return PROCESS_LABELS[label];
}

/**
 * Grouping in two steps: samples `s` by a narrow key, then the few rows `g` of that by the label. Joining labels to
 * the rows of the first step costs nothing.
 */
export interface Grouping {
  /** Expression over `s`. */
  key: string;
  /** Expression over `g.key`, and `p` after the join; never NULL. */
  label: string;
  join: string;
}

export function groupingSql(label: LabelName | undefined): Grouping {
  const processLabel = label === undefined ? undefined : PROCESS_LABELS[label];
  if (processLabel !== undefined) {
    return {
      key: 's.process_id',
      // A sample whose process is not known is still a sample: its labels are empty.
      label: `coalesce(${processLabel}, '')`,
      join: 'LEFT JOIN processes p ON p.process_id = g.key',
    };
  }
  if (label === 'thread') return { key: 's.thread', label: 'g.key', join: '' };
  // A roll-up drops it.
  if (label === 'cpu') return { key: 's.cpu', label: `coalesce(g.key::VARCHAR, '')`, join: '' };
  if (label === 'kind') {
    return { key: 's.kind', label: `CASE g.key ${KIND_NAMES} ELSE g.key::VARCHAR END`, join: '' };
  }
  // No grouping, or by a constant (the host), which the caller knows.
  return { key: '0', label: `''`, join: '' };
}
