// Where in the call tree the graph begins: the path asked for, and the way back up.
import { byId, element } from './dom.ts';
import { formatShare } from './format.ts';
import { frameLabel } from './frame-name.ts';
import { pathTo } from './frame-cursor.ts';
import { rootNames, rootOf, rootText } from './frame-path.ts';
import type { FrameNode } from './frame-tree.ts';
import type { ViewState } from './view-state.ts';

type Change = (change: Partial<ViewState>) => void;

function crumb(name: string, onClick: () => void): HTMLElement {
  const button = element(
    'button',
    { type: 'button', class: 'link', title: name },
    name === '' ? '(none)' : name,
  );
  button.addEventListener('click', onClick);
  return element('li', {}, button);
}

/** Steps of a long path shown at its end, besides the first; the rest is told by their number. */
const SHOWN = 4;

/**
 * The path asked for; where one is zoomed into and frames were cut, an offer to ask for what is below it.
 * `tree` is undefined where the path has no samples.
 */
export function renderPath(
  tree: FrameNode | undefined,
  state: ViewState,
  cut: boolean,
  change: Change,
): void {
  const line = byId('path', HTMLElement);
  const names = rootNames(state.root);
  const zoomPath = tree === undefined || state.zoom === '' ? [] : pathTo(tree, state.zoom);
  const deeper = zoomPath.length > 1 && cut ? rootOf(zoomPath, state.root) : '';
  line.hidden = names.length === 0 && deeper === '';
  const to = (depth: number) => change({ root: rootText(names.slice(0, depth)), zoom: '' });
  const crumbs = names.map((name, i) => crumb(name, () => to(i + 1)));
  const [first, ...further] = crumbs;
  const hidden = Math.max(0, further.length - SHOWN);
  const gap =
    hidden === 0
      ? []
      : [element('li', { title: names.slice(1, hidden + 1).join(' › ') }, `… ${hidden} more`)];
  const path = element(
    'ol',
    {},
    crumb('all', () => to(0)),
    ...(first === undefined ? [] : [first]),
    ...gap,
    ...further.slice(hidden),
  );
  const parts: Node[] = names.length === 0 ? [] : [path];
  if (deeper !== '') parts.push(offer(zoomPath.at(-1)!, () => change({ root: deeper, zoom: '' })));
  line.replaceChildren(...parts);
}

/** Of the frame zoomed into: what its visible callees leave of it may lie in frames that were cut. */
function offer(frame: FrameNode, onClick: () => void): HTMLElement {
  const visible = frame.self + frame.children.reduce((sum, { value }) => sum + value, 0);
  const missing = frame.value === 0 ? 0 : 1 - visible / frame.value;
  const button = element(
    'button',
    { type: 'button', class: 'button small', id: 'open-cut' },
    'Show all frames below',
  );
  button.addEventListener('click', onClick);
  const text =
    missing > 0 ? `${formatShare(missing)} of ${frameLabel(frame)} is in callees that are not shown.` : '';
  return element('span', { class: 'offer' }, button, ' ', text);
}
