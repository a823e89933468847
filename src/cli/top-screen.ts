// The lines of `top`: a header with the state of host and sampling, then the table, as much as fits.
import type { Paint } from './colours.ts';
import type { ScreenSize } from './full-screen.ts';
import { functionHeading, functionLines, hiddenLine, tableText } from './function-lines.ts';
import { percent } from './numbers.ts';
import { cutTo, fitTo, printable } from './terminal-text.ts';
import type { TopSnapshot } from './top-source.ts';

export interface ScreenState {
  paused: boolean;
  /** Why the last look failed; what is shown is older then. */
  trouble: string | null;
}

/** Lines that are no functions: two of header, heading, hidden, keys, and a blank one. */
const FRAME_ROWS = 6;

/** Functions that fit a terminal of so many rows. */
export function rowsThatFit(rows: number): number {
  return Math.max(1, rows - FRAME_ROWS);
}

/** Host, rate, CPUs busy; lost and unnamed shares. */
export function stateLine(snapshot: TopSnapshot): string {
  const { host, sampling, rateHz, rateReason, cpus, cpusBusy, lostShare, unnamedShare } = snapshot;
  const rate =
    rateHz === null ? '' : `${rateHz} Hz${rateReason === null ? '' : ` (${printable(rateReason)})`}`;
  const parts = [
    host === null ? printable(snapshot.source) : printable(host),
    sampling ? rate : 'not sampling',
    `${cpusBusy.toFixed(2)}${cpus === null ? '' : ` of ${cpus}`} CPUs busy`,
    lostShare === null ? '' : `lost ${percent(lostShare)}`,
    unnamedShare === null ? '' : `unnamed ${percent(unnamedShare)}`,
  ];
  return parts.filter((part) => part !== '').join(' · ');
}

/** `14:02:11 – 14:02:21 UTC`, with the date where it is not what is going on now. */
export function windowLine({ fromMs, untilMs, sampling }: TopSnapshot): string {
  const [from, until] = [fromMs, untilMs].map((ms) => new Date(ms).toISOString());
  const shown = (iso: string) => (sampling ? iso.slice(11, 19) : iso.slice(0, 19).replace('T', ' '));
  return `${shown(from!)} – ${shown(until!)} UTC`;
}

/** The whole screen, `rows` lines at most, each cut to `columns`. */
export function screenLines(
  snapshot: TopSnapshot | null,
  state: ScreenState,
  size: ScreenSize,
  paint: Paint,
): string[] {
  const cut = (text: string) => cutTo(size.columns, text);
  const trouble = state.trouble === null ? [] : [paint('red', cut(printable(state.trouble)))];
  const keys = paint('dim', cut('q quit · s sort by self or total · space pause'));
  if (snapshot === null) return [...trouble, keys];
  const second = `${windowLine(snapshot)} · sorted by ${snapshot.sort}${state.paused ? ' · PAUSED' : ''}`;
  const heading = fitTo(size.columns, functionHeading(snapshot));
  const room = rowsThatFit(size.rows) - trouble.length;
  const shown = snapshot.functions.slice(0, room);
  const hidden = hiddenLine(withHidden(snapshot, shown.length));
  return [
    paint('bold', cut(stateLine(snapshot))),
    cut(second),
    ...trouble,
    paint('inverse', heading),
    ...functionLines(shown, { width: size.columns }).map(cut),
    ...(hidden === null ? [] : [cut(hidden)]),
    keys,
  ].slice(0, size.rows);
}

/** Once, for what is no terminal. */
export function plainText(snapshot: TopSnapshot): string {
  return `${stateLine(snapshot)}\n${windowLine(snapshot)}\n${tableText(snapshot)}`;
}

/** A terminal that became smaller hides more than the server did. */
function withHidden(snapshot: TopSnapshot, shown: number): Pick<TopSnapshot, 'hidden'> {
  const cut = snapshot.functions.slice(shown);
  const { functions, count, share } = snapshot.hidden;
  return {
    hidden: {
      functions: functions + cut.length,
      count: cut.reduce((sum, row) => sum + row.selfCount, count),
      share: cut.reduce((sum, row) => sum + row.selfShare, share),
    },
  };
}
