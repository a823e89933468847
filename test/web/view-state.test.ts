// The page's state and the address that carries it.
import { describe, expect, it } from 'vitest';
import type { ViewState } from '../../web/src/view-state.ts';
import { DEFAULT_STATE, followsNow, formatState, parseState, sameData } from '../../web/src/view-state.ts';

const CHANGED: ViewState = {
  from: '2026-01-31T14:00:00Z',
  until: '1769868300000',
  query: '{comm="node", user!="root & co"}',
  group: '',
  view: 'flame',
  search: 'a+b=c?',
  zoom: '1x9k',
  live: true,
  theme: 'dark',
  nodes: 50_000,
};

describe('the state in the address', () => {
  it('is empty where everything is at its default', () => {
    expect(formatState(DEFAULT_STATE)).toBe('');
    expect(parseState('')).toEqual(DEFAULT_STATE);
  });

  it('survives the way there and back', () => {
    expect(parseState(formatState(CHANGED))).toEqual(CHANGED);
  });

  it.each([
    '?view=pie',
    '?theme=pink',
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
  it('is new data for another window, filter, grouping or cut only', () => {
    expect(
      sameData(DEFAULT_STATE, { ...DEFAULT_STATE, zoom: 'x', search: 'y', view: 'flame', theme: 'dark' }),
    ).toBe(true);
    for (const change of [{ from: 'now-1h' }, { until: '5' }, { query: '{}' }, { group: '' }, { nodes: 1 }]) {
      expect(sameData(DEFAULT_STATE, { ...DEFAULT_STATE, ...change })).toBe(false);
    }
  });

  it('is nothing by itself for a window that lies still', () => {
    expect(followsNow(DEFAULT_STATE)).toBe(true);
    expect(followsNow(CHANGED)).toBe(false);
  });
});
