// Times as text: what the address holds (`now-15m`, epoch ms, RFC 3339) and what people type into a field.

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `1h30m` in ms; undefined where the text is no duration. */
export function durationMs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdw])/g)) {
    ms += Number(amount) * UNIT_MS[unit!]!;
  }
  return ms;
}

/** The shortest text that `durationMs` reads back: `5m`, `1d30m`, `90s` as `1m30s`. */
export function durationText(ms: number): string {
  let rest = Math.round(ms);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const count = Math.floor(rest / UNIT_MS[unit]!);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * UNIT_MS[unit]!;
  }
  return text === '' ? '0s' : text;
}

/** ms since the epoch of a time as the address holds it; undefined where only the server can say what is wrong. */
export function resolveTime(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim();
  if (trimmed === 'now') return nowMs;
  if (trimmed.startsWith('now-')) {
    const back = durationMs(trimmed.slice('now-'.length));
    return back === undefined ? undefined : nowMs - back;
  }
  if (/^\d{1,17}$/.test(trimmed)) return Number(trimmed);
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]/.test(trimmed)) return undefined;
  const ms = Date.parse(trimmed);
  return Number.isNaN(ms) ? undefined : ms;
}

export function isRelative(text: string): boolean {
  return text.trim().startsWith('now');
}

const LOCAL = /^(?:(\d{4})-(\d{1,2})-(\d{1,2})[T ]+)?(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,3})?)?$/;

/**
 * What a person typed, as the address holds it. A time without a zone is local; without a date it is today's.
 * Undefined where it is no time.
 */
export function readTyped(text: string, nowMs: number): string | undefined {
  const trimmed = text.trim();
  const local = LOCAL.exec(trimmed);
  if (local === null) {
    if (resolveTime(trimmed, nowMs) === undefined) return undefined;
    return isRelative(trimmed) ? trimmed : String(resolveTime(trimmed, nowMs));
  }
  const [, year, month, day, hour, minute, second = '0', fraction = '0'] = local;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const date = new Date(nowMs);
  if (year !== undefined) date.setFullYear(Number(year), Number(month) - 1, Number(day));
  // The 31st of February would silently become the 3rd of March.
  if (year !== undefined && (date.getMonth() !== Number(month) - 1 || date.getDate() !== Number(day))) {
    return undefined;
  }
  date.setHours(Number(hour), Number(minute), Number(second), Math.round(Number(fraction) * 1000));
  return String(date.getTime());
}
