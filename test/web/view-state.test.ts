// The page's state and the address that carries it.
import { describe, expect, it } from 'vitest';
import type { ViewState } from '../../web/src/view-state.ts';
import { DEFAULT_STATE, followsNow, formatState, parseState, sameData } from '../../web/src/view-state.ts';

const CHANGED: ViewState = {
  mode: 'compare',
  from: '2026-01-31T14:00:00Z',
  until: '1769868300000',
  rangeFrom: 'now-24h',
  rangeUntil: 'now',
  query: '{comm="node", user!="root & co"}',
  group: '',
  scale: 'peak',
  panes: 'both',
  view: 'flame',
  search: 'a+b=c?',
  pick: '/usr/lib/libc.so.6!operator<<',
  zoom: '1x9k',
  root: 'node;a\\;b',
  focus: 'parse|^read$',
  ignore: 'idle',
  hide: 'libc\\.so',
  show_from: 'main',
  sort: 'name',
  live: true,
  heat: true,
  theme: 'dark',
  nodes: 50_000,
  baseFrom: 'now-1d',
  baseUntil: 'now-23h55m',
  baseQuery: '{}',
  normalize: 'core-seconds',
  widths: 'after',
  diffSort: 'before',
};

describe('the state in the address', () => {
  it('is empty where everything is at its default', () => {
    expect(formatState(DEFAULT_STATE)).toBe('');
    expect(parseState('')).toEqual(DEFAULT_STATE);
  });

  it('survives the way there and back', () => {
    for (const name of Object.keys(DEFAULT_STATE) as (keyof ViewState)[]) {
      expect(CHANGED[name], `${name} differs from its default`).not.toBe(DEFAULT_STATE[name]);
    }
    expect(parseState(formatState(CHANGED))).toEqual(CHANGED);
  });

  it.each([
    '?view=pie',
    '?theme=pink',
    '?mode=watch',
    '?panes=none',
    '?sort=size',
    '?scale=log',
    '?normalize=x',
    '?widths=wide',
    '?nodes=-1',
    '?nodes=1e9',
    '?nodes=x',
    '?group=colour',
    '?live=yes',
    '?a=b',
  ])('falls back to the default for %s', (text) => {
    expect(parseState(text)).toEqual(DEFAULT_STATE);
  });

  it('leaves a malformed time to the server, which can say what is wrong with it', () => {
    expect(parseState('?from=yesterday').from).toBe('yesterday');
  });
});

describe('what a change asks for', () => {
  const looks: Partial<ViewState> = {
    zoom: 'x',
    search: 'y',
    view: 'flame',
    theme: 'dark',
    rangeFrom: 'now-6h',
  };

  it('is nothing where only the looks change', () => {
    for (const part of ['flame', 'table', 'heat', 'diff'] as const) {
      expect(sameData(part, DEFAULT_STATE, { ...DEFAULT_STATE, ...looks })).toBe(true);
    }
  });

  it.each([
    [
      'flame',
      [
        { from: 'now-1h' },
        { until: '5' },
        { query: '{}' },
        { group: '' },
        { nodes: 1 },
        { root: 'a' },
        { hide: 'a' },
      ],
    ],
    ['heat', [{ from: 'now-1h' }, { until: '5' }, { query: '{}' }]],
    ['table', [{ from: 'now-1h' }, { until: '5' }, { query: '{}' }, { root: 'a' }]],
    [
      'diff',
      [{ from: 'now-1h' }, { baseFrom: '1' }, { baseQuery: '{}' }, { normalize: 'none' }, { group: '' }],
    ],
  ] as const)('is new data for the %s where what it shows changes', (part, changes) => {
    for (const change of changes) {
      expect(sameData(part, DEFAULT_STATE, { ...DEFAULT_STATE, ...change })).toBe(false);
    }
  });

  it('is nothing by itself for a window that lies still', () => {
    expect(followsNow(DEFAULT_STATE)).toBe(true);
    expect(followsNow(CHANGED)).toBe(false);
  });
});
