import { describe, expect, it } from 'vitest';
import { Turns } from '../../src/sql/turns.ts';

const NEVER = new AbortController().signal;

/** A piece of work that ends when it is told to. */
function held(): { work: () => Promise<string>; end: () => void; begun: () => boolean } {
  let begun = false;
  let end!: () => void;
  const over = new Promise<void>((resolve) => (end = resolve));
  return {
    work: async () => {
      begun = true;
      await over;
      return 'done';
    },
    end: () => end(),
    begun: () => begun,
  };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('Turns', () => {
  it('lets a few in, makes a few wait in order, and refuses the rest', async () => {
    const turns = new Turns({ running: 1, waiting: 2 });
    const [first, second, third] = [held(), held(), held()];
    const runs = [first, second, third].map(({ work }) => turns.take(NEVER, work));
    await expect(turns.take(NEVER, held().work)).rejects.toMatchObject({
      kind: 'busy',
      message: '1 statements run and 2 wait already',
    });
    await settled();
    expect([first, second, third].map(({ begun }) => begun())).toEqual([true, false, false]);
    first.end();
    await runs[0];
    await settled();
    expect([second.begun(), third.begun()]).toEqual([true, false]);
    second.end();
    third.end();
    expect(await Promise.all(runs)).toEqual(['done', 'done', 'done']);
  });

  it('gives the place in the queue to others when its holder leaves', async () => {
    const turns = new Turns({ running: 1, waiting: 1 });
    const leave = new AbortController();
    const [first, last] = [held(), held()];
    const running = turns.take(NEVER, first.work);
    const waiting = turns.take(leave.signal, held().work);
    leave.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'left' });
    const next = turns.take(NEVER, last.work);
    first.end();
    last.end();
    expect(await Promise.all([running, next])).toEqual(['done', 'done']);
  });

  it('frees the turn of work that fails', async () => {
    const turns = new Turns({ running: 1, waiting: 0 });
    await expect(turns.take(NEVER, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await turns.take(NEVER, () => Promise.resolve('yes'))).toBe('yes');
  });
});
