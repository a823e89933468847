// What a group of samples is called: a value of the label grouped by, or what is left over.
import { GROUPS } from './view-state.ts';

/** What every sample has: what is left over are further values. */
const ALWAYS = ['comm', 'pid', 'thread', 'cpu', 'function', 'object'];

export function groupValueName(group: string, value: string): string {
  if (value !== '') return group === 'cpu' ? `CPU ${value}` : value;
  if (group === '') return 'All processes';
  return ALWAYS.includes(group) ? 'Others' : 'None and others';
}

/** The label's name in prose: `process`, `systemd unit`, `CPU`. */
export function labelName(label: string): string {
  const name = GROUPS.find((group) => group.label === label)?.name ?? label;
  return name === 'CPU' ? name : name.toLowerCase();
}
