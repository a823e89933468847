// Menu items that narrow the filter to a group or leave it out: the same for the timeline and the flame graph.
import type { LabelName } from '../../../src/model/selector.ts';
import { isFrameField } from '../../../src/model/selector.ts';
import type { MenuItem } from '../menu.ts';
import type { ViewState } from '../view-state.ts';
import { formatChips, parseChips, withChip } from './chips.ts';

/** None where the group is no value of a label, or the filter cannot be read. */
export function filterItems(
  state: ViewState,
  value: string,
  change: (change: Partial<ViewState>) => void,
): MenuItem[] {
  const chips = parseChips(state.query);
  if (chips === undefined || value === '' || state.group === '' || isFrameField(state.group)) return [];
  const label = state.group as LabelName;
  const item = (op: '=' | '!=', text: string): MenuItem => ({
    label: text,
    detail: formatChips([{ label, op, value }]),
    run: () =>
      change({ query: formatChips(withChip(chips, { label, op, value })), zoom: '', root: '', pick: '' }),
  });
  return [item('=', 'Filter to this'), item('!=', 'Leave this out')];
}
