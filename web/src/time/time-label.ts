// Times for people: local, with the zone's name, and UTC beside it.

const pad = (n: number, width = 2) => String(n).padStart(width, '0');

const dayOf = (date: Date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

/** `14:02:07`, with milliseconds only where there are some. */
function clock(date: Date): string {
  const ms = date.getMilliseconds();
  const text = `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
  return ms === 0 ? text : `${text}.${pad(ms, 3)}`;
}

/** `2026-11-22 14:02:07`, as the fields of the window show it and `readTyped` reads it back. */
export function localText(ms: number): string {
  const date = new Date(ms);
  return `${dayOf(date)} ${clock(date)}`;
}

/** `14:02:07 – 14:07:07`; with the date where it is not today's, and twice where the window spans midnight. */
export function windowLabel(fromMs: number, untilMs: number, nowMs: number): string {
  // Whole seconds: a window that was dragged by the pixel is not known by the millisecond.
  const from = new Date(Math.round(fromMs / 1000) * 1000);
  const until = new Date(Math.round(untilMs / 1000) * 1000);
  const [first, last, today] = [dayOf(from), dayOf(until), dayOf(new Date(nowMs))];
  if (first !== last) return `${first} ${clock(from)} – ${last} ${clock(until)}`;
  const times = `${clock(from)} – ${clock(until)}`;
  return first === today ? times : `${first} ${times}`;
}

const isoSeconds = (ms: number) => new Date(Math.round(ms / 1000) * 1000).toISOString().replace('.000Z', '');

/** `2026-11-22 13:02:07 – 13:07:07 UTC`. */
export function utcLabel(fromMs: number, untilMs: number): string {
  const [from, until] = [isoSeconds(fromMs).replace('T', ' '), isoSeconds(untilMs).replace('T', ' ')];
  return `${from} – ${from.slice(0, 10) === until.slice(0, 10) ? until.slice(11) : until} UTC`;
}

/** `13:02 – 13:07 UTC`, with the date where it is another one than the local one. */
export function compactUtc(fromMs: number, untilMs: number): string {
  const [from, until] = [isoSeconds(fromMs), isoSeconds(untilMs)];
  const short = (iso: string, day: string) =>
    `${iso.slice(0, 10) === day ? '' : `${iso.slice(0, 10)} `}${iso.slice(11).replace(/:00$/, '')}`;
  const localDay = dayOf(new Date(fromMs));
  return `${short(from, localDay)} – ${short(until, from.slice(0, 10))} UTC`;
}

/** Name of the browser's time zone and what it is ahead of UTC: `Europe/Berlin, UTC+01:00`. */
export function zoneLabel(ms: number): string {
  const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const ahead = -new Date(ms).getTimezoneOffset();
  if (ahead === 0) return name === 'UTC' ? 'UTC' : `${name}, UTC`;
  const [hours, minutes] = [Math.floor(Math.abs(ahead) / 60), Math.abs(ahead) % 60];
  return `${name}, UTC${ahead < 0 ? '−' : '+'}${pad(hours)}:${pad(minutes)}`;
}

/** A length of time in its largest fitting units: `5 min`, `1 h 30 min`, `7 d`. */
export function spanLabel(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ');
}
