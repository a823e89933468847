// The lines around the graph: totals, legend, search share, and what was cut.
import { MAX_NODES } from '../../src/model/page-request.ts';
import type { FlamegraphBody } from './api.ts';
import { byId, element } from './dom.ts';
import { formatCount, formatDuration, formatShare } from './format.ts';
import type { FrameNode } from './frame-tree.ts';
import { FRAME_CLASSES, classShares, foundTotals, matches } from './frame-tree.ts';
import { functionKey } from './function-key.ts';
import type { Scheme } from './palette.ts';
import { classColour } from './palette.ts';
import { CLASS_NAMES } from './tooltip.ts';
import type { ViewState } from './view-state.ts';

/** `tree` begins at the path asked for; its share of the window is told where that is not the whole. */
export function renderTotals(body: FlamegraphBody, tree: FrameNode): void {
  const { fromMs, untilMs, total, totalCount } = body;
  const line = byId('totals', HTMLElement);
  const busy = total / ((untilMs - fromMs) * 1e6);
  if (totalCount === 0) return line.replaceChildren();
  const part = tree.value < total ? ` · ${formatShare(tree.value / total)} through this path` : '';
  line.replaceChildren(
    element('strong', {}, `${busy.toFixed(2)} CPUs`),
    ` busy on average · ${formatDuration(total)} of CPU time · ${formatCount(totalCount)} samples${part}`,
  );
}

/** Classes that use CPU time, with their share of it, and the share that a cut left without a class. */
export function renderLegend(tree: FrameNode, hiddenShare: number, scheme: Scheme): void {
  const shares = classShares(tree);
  const items = FRAME_CLASSES.filter((each) => each !== 'group' && shares[each] > 0).map((each) => {
    const chip = element('span', { class: 'chip' });
    chip.style.background = classColour(each, scheme);
    return element('li', {}, chip, `${CLASS_NAMES[each]} `, element('b', {}, formatShare(shares[each])));
  });
  const hidden = element('li', {}, 'Not shown ', element('b', {}, formatShare(hiddenShare)));
  byId('legend', HTMLElement).replaceChildren(...items, ...(hiddenShare > 0 ? [hidden] : []));
}

/** What was cut cannot be searched here: then the share is a lower bound, and says so. */
export function renderMatch(tree: FrameNode, { search, pick }: ViewState, cut: boolean): void {
  const line = byId('match', HTMLOutputElement);
  line.hidden = search === '' && pick === '';
  if (line.hidden) return;
  const found =
    pick === ''
      ? (frame: FrameNode) => matches(frame, search)
      : (frame: FrameNode) => functionKey(frame) === pick;
  const { frames, value } = foundTotals(tree, found);
  const share = tree.value === 0 ? 0 : value / tree.value;
  line.value =
    frames === 0
      ? 'no match'
      : `${cut ? '≥ ' : ''}${formatShare(share)} in ${formatCount(frames)} ${frames === 1 ? 'frame' : 'frames'}`;
  line.title = 'Share of CPU time in stacks with a match';
}

/** A cut is never silent. `showAll` is offered where a larger answer is possible. */
export function renderCut(body: FlamegraphBody, state: ViewState, showAll: () => void): void {
  const cut = byId('cut', HTMLElement);
  cut.hidden = body.hidden.nodes === 0;
  if (cut.hidden) return;
  const { nodes, share } = body.hidden;
  cut.replaceChildren(
    `The ${formatCount(nodes)} smallest frames are not shown; ${formatShare(share)} of CPU time ends in them. `,
  );
  if (state.nodes >= MAX_NODES) return;
  const button = element('button', { type: 'button', class: 'link' }, 'Show them');
  button.addEventListener('click', showAll);
  cut.append(button);
}
