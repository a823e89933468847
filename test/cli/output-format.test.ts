import { describe, expect, it } from 'vitest';
import { formatOf, shellWord } from '../../src/cli/output-format.ts';

describe('formatOf', () => {
  it.each([
    ['cpu.pb.gz', 'pprof'],
    ['/tmp/CPU.PPROF', 'pprof'],
    ['cpu.folded', 'folded'],
    ['cpu.folded.txt', 'folded'],
    ['cpu.speedscope.json', 'speedscope'],
    ['cpu.json', 'speedscope'],
    ['cpu.html', 'html'],
    ['cpu', 'pprof'],
    ['-', 'pprof'],
    ['html', 'pprof'],
    [undefined, 'pprof'],
  ])('reads from the name %s that it is %s', (name, format) => expect(formatOf(name)).toBe(format));
});

describe('shellWord', () => {
  it('quotes what a shell would read otherwise', () => {
    expect(['a.pb.gz', "it's", 'a b', '$HOME', ''].map(shellWord)).toEqual([
      'a.pb.gz', "'it'\\''s'", "'a b'", "'$HOME'", "''",
    ]); // prettier-ignore
  });
});
