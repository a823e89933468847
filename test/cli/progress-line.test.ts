import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatBytes, formatCount, ProgressLine } from '../../src/cli/progress-line.ts';

class Stream {
  readonly isTTY: boolean;
  text = '';
  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }
  write(text: string): void {
    this.text += text;
  }
}

describe('ProgressLine', () => {
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
  afterEach(() => vi.useRealTimers());

  it('overwrites its own line on a terminal and takes it away', () => {
    const stream = new Stream(true);
    let n = 0;
    const progress = new ProgressLine(() => `look ${++n}`, stream);
    vi.advanceTimersByTime(1000);
    progress.end();
    expect(stream.text).toBe('\rlook 1\x1b[K\rlook 2\x1b[K\rlook 3\x1b[K\r\x1b[K');
    vi.advanceTimersByTime(1000);
    expect(n).toBe(3);
  });

  it('shows nothing of what is soon over', () => {
    const stream = new Stream(true);
    const progress = new ProgressLine(() => 'text', stream);
    vi.advanceTimersByTime(400);
    progress.end();
    expect(stream.text).toBe('');
  });

  it('shows nothing where nobody looks', () => {
    const stream = new Stream(false);
    const progress = new ProgressLine(() => 'text', stream);
    vi.advanceTimersByTime(5000);
    progress.end();
    expect(stream.text).toBe('');
  });
});

describe('amounts', () => {
  it('of bytes have three digits and a decimal unit', () => {
    expect([0, 999, 1000, 12_345, 999_499, 1e6, 2.5e9, 5e12].map(formatBytes)).toEqual([
      '0 B', '999 B', '1.0 kB', '12.3 kB', '999 kB', '1.0 MB', '2.5 GB', '5000 GB',
    ]); // prettier-ignore
  });

  it('of samples have separators', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
  });
});
