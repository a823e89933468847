import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { within } from '../../src/collector/within.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const never = new Promise<void>(() => undefined);

it('waits for the work, and leaves no timer behind', async () => {
  await within(1000, Promise.resolve());
  expect(vi.getTimerCount()).toBe(0);
});

it('waits no longer than patience lasts', async () => {
  let over = false;
  void within(1000, never).then(() => (over = true));
  await vi.advanceTimersByTimeAsync(999);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(over).toBe(true);
});

it('fails as the work does, and leaves no timer behind', async () => {
  await expect(within(1000, Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(vi.getTimerCount()).toBe(0);
});
