// What the sampler asks the launcher of BPF programs, and what it makes of the answers.
import { describe, expect, it } from 'vitest';
import { LauncherPrograms } from '../../src/collector/launcher-programs.ts';

function talk() {
  const asked: string[] = [];
  let answer: (text: string, fds: number[]) => void = () => undefined;
  const programs = new LauncherPrograms({
    send: (text) => void asked.push(text.toString()),
    onChange: (handler) => (answer = handler),
  });
  return { programs, asked, answer: (text: string, fds: number[] = []) => answer(text, fds) };
}

describe('LauncherPrograms', () => {
  it('lists the programs', async () => {
    const { programs, asked, answer } = talk();
    const ids = programs.ids();
    answer('L 3 17 4000');
    expect(await ids).toEqual([3, 17, 4000]);
    expect(asked).toEqual(['L']);
  });

  it('has none where the launcher may not ask', async () => {
    const { programs, answer } = talk();
    const ids = programs.ids();
    answer('L');
    expect(await ids).toEqual([]);
  });

  it('gives a dump with its size and tags', async () => {
    const { programs, asked, answer } = talk();
    const opened = programs.open(17);
    answer('P 4096 0123456789abcdef fedcba9876543210', [9]);
    expect(asked).toEqual(['P 17']);
    expect(await opened).toEqual({
      ok: true,
      fd: 9,
      bytes: 4096,
      tags: ['0123456789abcdef', 'fedcba9876543210'],
    });
  });

  it('tells a program that is gone from one that may not be asked for', async () => {
    const { programs, answer } = talk();
    const [gone, refused] = [programs.open(1), programs.open(2)];
    answer('P -2');
    answer('P -1');
    expect(await gone).toEqual({ ok: false, reason: 'no-file' });
    expect(await refused).toEqual({ ok: false, reason: 'no-permission' });
  });

  it('gives answers to questions in the order in which they were asked', async () => {
    const { programs, asked, answer } = talk();
    const [ids, opened] = [programs.ids(), programs.open(5)];
    expect(asked).toEqual(['L', 'P 5']);
    answer('L 5');
    answer('P 16 00000000000000aa', [11]);
    expect(await ids).toEqual([5]);
    expect(await opened).toMatchObject({ fd: 11 });
  });
});
