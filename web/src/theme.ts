// Light or dark: the system's wish, unless the page's state says otherwise.
import type { Scheme } from './palette.ts';
import type { Theme } from './view-state.ts';

const darkWanted = window.matchMedia('(prefers-color-scheme: dark)');

export function schemeOf(theme: Theme): Scheme {
  if (theme !== 'system') return theme;
  return darkWanted.matches ? 'dark' : 'light';
}

/** The style sheets look at `data-theme` first, then at the system. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = theme;
}

/** The other scheme than the one in force; back to 'system' where that is what the system wants. */
export function toggled(theme: Theme): Theme {
  const next: Scheme = schemeOf(theme) === 'dark' ? 'light' : 'dark';
  return next === schemeOf('system') ? 'system' : next;
}

export function onSystemChange(listener: () => void): void {
  darkWanted.addEventListener('change', listener);
}
