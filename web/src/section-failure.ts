// What a failed request leaves on the page: the last picture where it still says what it is of, else the reason.
import { failureOf } from './api.ts';
import { connectionLost } from './connection.ts';
import { showNotice } from './notice.ts';
import type { SectionHost } from './section-host.ts';

export interface SectionPlace {
  area: HTMLElement;
  /** Heads the notice. */
  title: string;
  /** Whether the area holds an earlier answer. */
  drawn: boolean;
}

export function showFailure(host: SectionHost, error: unknown, { area, title, drawn }: SectionPlace): void {
  const failure = failureOf(error);
  if (failure.code === 'bad_selector' || failure.code === 'bad_pattern') {
    host.badFilter(failure.text);
    if (drawn) return;
  }
  // The last picture stays, and the line above it says of when it is.
  if (failure.code === 'unreachable' && drawn && connectionLost() !== undefined) return;
  // Without an answer the old graph would pass for the window asked for.
  area.hidden = true;
  showNotice({ title, text: failure.text, tone: 'error', retry: () => host.retry() });
}
