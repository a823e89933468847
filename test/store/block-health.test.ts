// Which blocks are read, told by what looking at them says.
import { beforeEach, describe, expect, it } from 'vitest';
import { BlockHealth } from '../../src/store/block-health.ts';
import type { StoredBlock, StoredState } from '../../src/store/block-table.ts';

let faults: Record<string, string>;
let looks: string[];
let kept: string[];
let health: BlockHealth;

beforeEach(() => {
  [faults, looks, kept] = [{}, [], []];
  health = new BlockHealth({
    fault: (id, content) => {
      looks.push(`${id} ${content ? 'bytes' : 'sizes'}`);
      return Promise.resolve(faults[id] ?? '');
    },
    setAside: (id, reason) => kept.push(`${id}: ${reason}`),
    tell: () => undefined,
  });
});

const block = (id: string, state: StoredState = 'live') => ({ id, state, reason: '' }) as StoredBlock;

describe('BlockHealth', () => {
  it('reads a block through once, however many ask at once', async () => {
    expect(await Promise.all([health.isSound('a'), health.isSound('a')])).toEqual([true, true]);
    expect(await health.isSound('a')).toBe(true);
    expect(looks).toEqual(['a bytes']);
  });

  it('reads nothing of a block that this store has written', async () => {
    health.trust('a');
    expect([await health.isSound('a'), health.isKnownSound('a'), looks]).toEqual([true, true, []]);
  });

  it('sets a block aside once, and shows it so', async () => {
    faults = { a: 'frames.parquet is missing' };
    await health.look('a');
    expect(await health.isSound('a')).toBe(false);
    expect(kept).toEqual(['a: frames.parquet is missing']);
    expect(health.shown(block('a'))).toMatchObject({ state: 'broken', reason: 'frames.parquet is missing' });
    expect(health.shown(block('b'))).toMatchObject({ state: 'live', reason: '' });
  });

  it('shows nothing of blocks that are being written or are gone', () => {
    expect(health.shown(block('a', 'sealing'))).toBeUndefined();
    expect(health.shown(block('a', 'gone'))).toBeUndefined();
  });

  it('reads a block again after it was forgotten', async () => {
    health.trust('a');
    health.forget('a');
    faults = { a: 'samples.parquet was changed or damaged' };
    expect(await health.isSound('a')).toBe(false);
  });
});
