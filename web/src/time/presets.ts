// Windows that people ask for by name.
import { durationMs, durationText, isRelative } from './time-text.ts';

export const PRESETS = [
  { from: 'now-5m', short: '5 m', label: 'Last 5 minutes' },
  { from: 'now-15m', short: '15 m', label: 'Last 15 minutes' },
  { from: 'now-1h', short: '1 h', label: 'Last hour' },
  { from: 'now-6h', short: '6 h', label: 'Last 6 hours' },
  { from: 'now-24h', short: '24 h', label: 'Last 24 hours' },
  { from: 'now-7d', short: '7 d', label: 'Last 7 days' },
] as const;

export const lengthOf = (preset: { from: string }) => durationMs(preset.from.slice('now-'.length))!;

/** `Last 5 minutes` for a preset, undefined for any other pair of texts. */
export function presetLabel(from: string, until: string): string | undefined {
  return until === 'now' ? PRESETS.find((preset) => preset.from === from)?.label : undefined;
}

/** The shortest preset that is no shorter than `ms`; the longest where none is. */
export function presetFor(ms: number): (typeof PRESETS)[number] {
  return PRESETS.find((preset) => lengthOf(preset) >= ms) ?? PRESETS.at(-1)!;
}

export interface TimeTexts {
  from: string;
  until: string;
}

/** Base windows for a comparison, by how far before the window they lie. `length` is the window's own length. */
export const BASES = [
  { name: 'before', label: 'Right before', backMs: (length: number) => length },
  { name: 'yesterday', label: 'Yesterday, same time', backMs: () => 86_400_000 },
  { name: 'week', label: 'Last week, same time', backMs: () => 7 * 86_400_000 },
] as const;
export type BaseName = (typeof BASES)[number]['name'];

/**
 * The base window of that name. A window that follows the clock has a base that follows it too;
 * `resolved` is the window in ms since the epoch.
 */
export function baseWindow(
  name: BaseName,
  window: TimeTexts,
  resolved: { fromMs: number; untilMs: number },
): TimeTexts {
  const back = BASES.find((base) => base.name === name)!.backMs(resolved.untilMs - resolved.fromMs);
  return {
    from: earlier(window.from, resolved.fromMs, back),
    until: earlier(window.until, resolved.untilMs, back),
  };
}

function earlier(text: string, ms: number, backMs: number): string {
  if (!isRelative(text)) return String(Math.round(ms - backMs));
  const already = text === 'now' ? 0 : (durationMs(text.slice('now-'.length)) ?? 0);
  return `now-${durationText(already + backMs)}`;
}

/** Which preset a base window is; undefined where it was chosen by hand. */
export function baseName(
  base: TimeTexts,
  window: TimeTexts,
  resolved: { fromMs: number; untilMs: number },
): BaseName | undefined {
  return BASES.find(({ name }) => {
    const preset = baseWindow(name, window, resolved);
    return preset.from === base.from && preset.until === base.until;
  })?.name;
}
