import { describe, expect, it } from 'vitest';
import { SESSION_MS, Sessions } from '../../../src/server/access/sessions.ts';
import { TokenSet } from '../../../src/server/access/token-set.ts';

const TOKEN = 'token-of-this-test-0123456789';
const set = (text: string) => new TokenSet([{ scope: 'read', name: 'a', text }]);

let nowMs = 1_000_000;
const now = () => nowMs;

describe('sessions', () => {
  it('begin with a token and are known by an id that is not it', () => {
    const sessions = new Sessions(() => set(TOKEN), now);
    const id = sessions.begin(TOKEN)!;
    expect(id).toMatch(/^[\w-]{43}$/);
    expect(sessions.begin(TOKEN)).not.toBe(id);
    expect(sessions.find(id)).toEqual({ scope: 'read', name: 'a' });
    expect(sessions.find(TOKEN)).toBeUndefined();
    expect(sessions.find('')).toBeUndefined();
  });

  it('do not begin with a token that nobody has', () => {
    expect(new Sessions(() => set(TOKEN), now).begin(`${TOKEN}x`)).toBeUndefined();
  });

  it('end when they are left, and after half a day', () => {
    const sessions = new Sessions(() => set(TOKEN), now);
    const [left, old] = [sessions.begin(TOKEN)!, sessions.begin(TOKEN)!];
    sessions.end(left);
    expect(sessions.find(left)).toBeUndefined();
    nowMs += SESSION_MS - 1;
    expect(sessions.find(old)).toBeDefined();
    nowMs += 1;
    expect(sessions.find(old)).toBeUndefined();
  });

  it('end with their token', () => {
    let tokens = set(TOKEN);
    const sessions = new Sessions(() => tokens, now);
    const id = sessions.begin(TOKEN)!;
    tokens = set('another-token-0123456789');
    expect(sessions.find(id)).toBeUndefined();
  });

  it('are a thousand at most: the oldest ends', () => {
    const sessions = new Sessions(() => set(TOKEN), now);
    const ids = Array.from({ length: 1001 }, () => sessions.begin(TOKEN)!);
    expect(sessions.find(ids[0]!)).toBeUndefined();
    expect(sessions.find(ids[1]!)).toBeDefined();
    expect(sessions.find(ids[1000]!)).toBeDefined();
  });
});
