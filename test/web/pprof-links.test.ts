// Taking home what is shown.
import { describe, expect, it } from 'vitest';
import { baseShown, permalink, pprofCommand, profilePath } from '../../web/src/pprof-links.ts';
import { flamegraphPath } from '../../src/model/page-request.ts';
import { diffPath } from '../../web/src/requests.ts';
import { DEFAULT_STATE, parseState } from '../../web/src/view-state.ts';

const ORIGIN = 'http://127.0.0.1:4040';
const SHOWN = { fromMs: 1, untilMs: 2, query: `{comm="it's"}` };

describe('a window', () => {
  it('is asked for exactly as shown, quoted for a shell', () => {
    expect(profilePath({ ...SHOWN, query: '' })).toBe('/api/v1/profile?from=1&until=2');
    expect(profilePath({ ...SHOWN, query: '' }, 'html')).toBe('/api/v1/profile?from=1&until=2&format=html');
    expect(pprofCommand(ORIGIN, SHOWN)).toBe(
      `go tool pprof '${ORIGIN}/api/v1/profile?from=1&until=2&query=%7Bcomm%3D%22it%27s%22%7D'`,
    );
  });

  it('is compared with its base by -diff_base, which has its own selector where it was given one', () => {
    const state = { ...DEFAULT_STATE, query: '{pid="1"}' };
    const base = { fromMs: 5, untilMs: 6 };
    expect(
      pprofCommand(ORIGIN, { ...SHOWN, query: '' }, baseShown({ ...state, baseQuery: '{}' }, base)),
    ).toBe(
      `go tool pprof -diff_base '${ORIGIN}/api/v1/profile?from=5&until=6&query=%7B%7D' '${ORIGIN}/api/v1/profile?from=1&until=2'`,
    );
    expect(baseShown(state, base).query).toBe('{pid="1"}');
  });

  it('has a link that means the same tomorrow', () => {
    const state = { ...DEFAULT_STATE, live: true, search: 'x' };
    const window = { fromMs: 100, untilMs: 200 };
    const link = permalink(ORIGIN, state, { window, range: { fromMs: 0, untilMs: 300 }, base: undefined });
    expect(parseState(new URL(link).search)).toEqual({
      ...state,
      ...{ live: false, from: '100', until: '200', rangeFrom: '0', rangeUntil: '300' },
    });
  });
});

describe('what the server is asked for', () => {
  it('names the path that the graph begins at', () => {
    const state = { ...DEFAULT_STATE, root: 'node;main' };
    expect(new URL(flamegraphPath(state), ORIGIN).searchParams.get('root')).toBe('node;main');
  });

  it('has the base on the left, under the same selector unless it has its own', () => {
    const state = { ...DEFAULT_STATE, query: '{pid="1"}' };
    const asked = (path: string) => Object.fromEntries(new URL(path, ORIGIN).searchParams);
    expect(asked(diffPath(state, { from: 'now-10m', until: 'now-5m' }))).toMatchObject({
      ...{ leftFrom: 'now-10m', leftUntil: 'now-5m', leftQuery: '{pid="1"}' },
      ...{ rightFrom: 'now-5m', rightUntil: 'now', rightQuery: '{pid="1"}', normalize: 'share' },
    });
  });
});
