import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { collectGarbage, threadBytes } from '../../src/worker/collect-garbage.ts';

const BLOCKS = 64;
const BYTES = 64 << 20;

function leaveBehind(): number {
  const blocks = Array.from({ length: BLOCKS }, () => new Uint8Array(BYTES / BLOCKS));
  return blocks.length;
}

describe('collecting garbage', () => {
  it('gives back buffers that nobody uses any more', async () => {
    collectGarbage();
    const before = threadBytes();
    expect(leaveBehind()).toBe(BLOCKS);
    expect(threadBytes() - before).toBeGreaterThan(BYTES / 2);
    collectGarbage();
    // Buffers are freed by a thread of V8's own.
    while (threadBytes() - before > BYTES / 2) await sleep(10);
  });
});
