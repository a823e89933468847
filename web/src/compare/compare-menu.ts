// The menu of a frame in a comparison: closer looks at it, in the graph or in one of the two windows.
import { filterItems } from '../filter/filter-items.ts';
import { stackItems } from '../filter/stack-chips.ts';
import { rawName, rootOf } from '../frame-path.ts';
import type { MenuItem } from '../menu.ts';
import { baseQueryOf } from '../requests.ts';
import type { TimeTexts } from '../time/presets.ts';
import type { ViewState } from '../view-state.ts';
import type { DiffNode } from './diff-tree.ts';

export interface CompareMenuFacts {
  /** From the whole to the frame. */
  path: readonly DiffNode[];
  state: ViewState;
  /** The window compared with; undefined where its times cannot be read. */
  base: TimeTexts | undefined;
  change: (change: Partial<ViewState>) => void;
}

export function compareItems({ path, state, base, change }: CompareMenuFacts): MenuItem[] {
  const frame = path.at(-1)!;
  const isGroup = frame.frameClass === 'group';
  const whole = path.length < 2;
  const narrower = isGroup && path.length === 2 ? filterItems(state, rawName(frame), change) : [];
  const search = { label: 'Search for this name', run: () => change({ search: frame.name }) };
  return [
    { label: 'Zoom in', run: () => change({ zoom: whole ? '' : frame.key }) },
    ...(whole ? [] : inOneWindow({ path, state, base, change })),
    ...narrower,
    ...(isGroup ? [] : [search, ...stackItems(state, rawName(frame), change)]),
    { label: 'Copy name', run: () => void navigator.clipboard.writeText(frame.name) },
  ];
}

/** The stacks through a path as one window has them: what the comparison cut below it appears. */
function inOneWindow({ path, state, base, change }: CompareMenuFacts): MenuItem[] {
  const root = rootOf(path, '');
  const { left, right } = path.at(-1)!;
  if (root === '') return [];
  const detail = 'one window, only stacks through this path';
  const seen = { mode: 'explore', root, zoom: '', pick: '' } as const;
  const after = { label: 'Show in B, after', detail, run: () => change(seen) };
  const before = base && {
    ...{ label: 'Show in A, before', detail },
    run: () => change({ ...seen, from: base.from, until: base.until, query: baseQueryOf(state) }),
  };
  return [
    ...(before === undefined || left.total === 0 ? [] : [before]),
    ...(right.total === 0 ? [] : [after]),
  ];
}
