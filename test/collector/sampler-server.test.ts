// What the sampler takes for a request: its other side may be anything.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../../src/collector/sampler-rpc.ts';
import { readRequest } from '../../src/collector/sampler-server.ts';

describe('readRequest', () => {
  it('reads a request', () => {
    const request = { id: 7, method: 'openPerfMap' as const, args: { pid: 12 } };
    expect(readRequest(encodeMessage(request))).toEqual(request);
  });

  it.each([
    ['no JSON', '{"id":1'],
    ['null', 'null'],
    ['a list', '[1, "openObject", {}]'],
    ['no id', '{"method":"usage","args":{}}'],
    ['an id that is no number', '{"id":"1","method":"usage","args":{}}'],
    ['no arguments', '{"id":1,"method":"openObject"}'],
    ['null for arguments', '{"id":1,"method":"openObject","args":null}'],
    ['a number that is none', '{"id":{"$":"zz"},"method":"usage","args":{}}'],
  ])('takes %s for none', (_, text) => {
    expect(readRequest(Buffer.from(text))).toBeNull();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), (text) => {
        readRequest(Buffer.from(text, 'latin1'));
      }),
      { numRuns: 500, seed: 7 },
    );
  });
});
