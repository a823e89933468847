import { describe, expect, it } from 'vitest';
import { WorkGate } from '../../../src/server/limits/work-gate.ts';

/** Work that ends when it is told to. */
function work() {
  let end!: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  let began = false;
  const run = () => {
    began = true;
    return ended;
  };
  return { run, end, began: () => began };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate', () => {
  it('lets so many work at once, the others in turn', async () => {
    const gate = new WorkGate('profiles', { atOnce: 2, waiting: 2, waitMs: 60_000 });
    const works = [work(), work(), work(), work()];
    const done = works.map(({ run }) => gate.run(run));
    await turn();
    expect(works.map(({ began }) => began())).toEqual([true, true, false, false]);
    works[1]!.end();
    await turn();
    expect(works.map(({ began }) => began())).toEqual([true, true, true, false]);
    for (const { end } of works) end();
    await Promise.all(done);
    expect(works[3]!.began()).toBe(true);
  });

  it('refuses those for whom there is no room, and says when to come again', async () => {
    const gate = new WorkGate('profiles', { atOnce: 1, waiting: 1, waitMs: 60_000 });
    const first = work();
    const done = [gate.run(first.run), gate.run(() => Promise.resolve())];
    await expect(gate.run(() => Promise.resolve())).rejects.toMatchObject({
      ...{ status: 503, code: 'busy', retryAfterSeconds: 5 },
      message: 'the server is busy with other requests for profiles',
      hint: '1 run at once, 1 wait for up to 60 s; ask again, or for less',
    });
    first.end();
    await Promise.all(done);
    await expect(gate.run(() => Promise.resolve(7))).resolves.toBe(7);
  });

  it('refuses those that have waited long enough', async () => {
    const gate = new WorkGate('profiles', { atOnce: 1, waiting: 9, waitMs: 20 });
    const first = work();
    const done = gate.run(first.run);
    await expect(gate.run(() => Promise.resolve())).rejects.toMatchObject({ code: 'busy' });
    first.end();
    await done;
  });

  it('forgets those whose client has left', async () => {
    const gate = new WorkGate('profiles', { atOnce: 1, waiting: 1, waitMs: 60_000 });
    const first = work();
    const done = gate.run(first.run);
    const client = new AbortController();
    const left = gate.run(() => Promise.reject(new Error('must not run')), client.signal);
    client.abort();
    await expect(left).rejects.toMatchObject({ code: 'client_left' });
    const next = gate.run(() => Promise.resolve('next'));
    first.end();
    await done;
    expect(await next).toBe('next');
  });

  it('gives the place of work that failed to the next', async () => {
    const gate = new WorkGate('profiles', { atOnce: 1, waiting: 1, waitMs: 60_000 });
    const failed = gate.run(() => Promise.reject(new Error('failed')));
    const next = gate.run(() => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('failed');
    expect(await next).toBe('next');
  });
});
