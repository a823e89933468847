// Whether the server answers, and what time it has: every request of the page tells.

type Listener = (lostSinceMs: number | undefined) => void;

let lostSinceMs: number | undefined;
let aheadMs = 0;
const listeners: Listener[] = [];

/** Less is the time an answer took and the whole seconds of its Date header. */
const TOLERANCE_MS = 5000;

function change(next: number | undefined): void {
  const changed = (next === undefined) !== (lostSinceMs === undefined);
  lostSinceMs = next;
  if (changed) for (const listener of listeners) listener(next);
}

/** An answer came, with this Date header. */
export function noteAnswer(date: string | null): void {
  const serverMs = Date.parse(date ?? '');
  const ahead = serverMs - Date.now();
  if (!Number.isNaN(serverMs)) aheadMs = Math.abs(ahead) > TOLERANCE_MS ? ahead : 0;
  change(undefined);
}

/** No answer came. */
export function noteSilence(nowMs: number): void {
  change(lostSinceMs ?? nowMs);
}

/** Since when nothing answers; undefined while the server does. */
export function connectionLost(): number | undefined {
  return lostSinceMs;
}

export function onConnection(listener: Listener): void {
  listeners.push(listener);
}

/** The server's clock, ms since the epoch: the browser may run on another machine. */
export function serverNow(): number {
  return Date.now() + aheadMs;
}
