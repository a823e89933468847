import { describe, expect, it } from 'vitest';
import { digestOf, TokenSet } from '../../../src/server/access/token-set.ts';

const tokens = new TokenSet([
  { scope: 'read', name: 'a', text: 'first-token-of-this-test' },
  { scope: 'admin', name: 'b', text: 'second-token-of-this-test' },
]);

describe('a set of tokens', () => {
  it('finds whose token it is', () => {
    expect(tokens.find('first-token-of-this-test')).toEqual({ scope: 'read', name: 'a' });
    expect(tokens.find('second-token-of-this-test')).toEqual({ scope: 'admin', name: 'b' });
    expect(tokens.findDigest(digestOf('first-token-of-this-test'))?.name).toBe('a');
  });

  it.each([
    '',
    'first-token-of-this-tes',
    'first-token-of-this-test ',
    'FIRST-TOKEN-OF-THIS-TEST',
    'x'.repeat(100_000),
  ])('finds nobody for another text', (text) => {
    expect(tokens.find(text)).toBeUndefined();
  });
});
