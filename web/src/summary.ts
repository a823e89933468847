// The lines around the graph: totals, legend, search share, what was cut, and the way to take the window home.
import type { FlamegraphBody } from './api.ts';
import { byId, element } from './dom.ts';
import { formatCount, formatDuration, formatShare, formatTime } from './format.ts';
import type { FrameNode } from './frame-tree.ts';
import { FRAME_CLASSES, classShares, matchTotals } from './frame-tree.ts';
import type { Scheme } from './palette.ts';
import { classColour } from './palette.ts';
import { pprofCommand, profilePath } from './pprof-links.ts';
import { CLASS_NAMES } from './tooltip.ts';
import type { ViewState } from './view-state.ts';
import { MAX_NODES } from './view-state.ts';

const COPIED_MS = 1500;

export function renderTotals(body: FlamegraphBody): void {
  const { fromMs, untilMs, total, totalCount } = body;
  const line = byId('totals', HTMLElement);
  const now = Date.now();
  const busy = total / ((untilMs - fromMs) * 1e6);
  const span = element(
    'time',
    { title: `${new Date(fromMs).toISOString()} – ${new Date(untilMs).toISOString()}` },
    `${formatTime(fromMs, now)} – ${formatTime(untilMs, now)}`,
  );
  if (totalCount === 0) line.replaceChildren(span);
  else
    line.replaceChildren(
      element('strong', {}, `${busy.toFixed(2)} CPUs`),
      ` busy on average · ${formatDuration(total)} of CPU time · ${formatCount(totalCount)} samples · `,
      span,
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
export function renderMatch(tree: FrameNode, term: string, cut: boolean): void {
  const line = byId('match', HTMLOutputElement);
  line.hidden = term === '';
  if (term === '') return;
  const { frames, value } = matchTotals(tree, term);
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

export function renderLinks(body: FlamegraphBody, query: string): void {
  const shown = { fromMs: body.fromMs, untilMs: body.untilMs, query };
  byId('download', HTMLAnchorElement).href = profilePath(shown);
  const copy = byId('copy', HTMLButtonElement);
  copy.title = pprofCommand(location.origin, shown);
  copy.disabled = false;
}

/** The command is the button's title, so what is copied can be read before. */
export function enableCopy(): void {
  const button = byId('copy', HTMLButtonElement);
  const label = button.textContent;
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(button.title).then(
      () => say('Copied'),
      () => window.prompt('Copy the command:', button.title),
    );
  });
  const say = (text: string) => {
    button.textContent = text;
    setTimeout(() => (button.textContent = label), COPIED_MS);
  };
}
