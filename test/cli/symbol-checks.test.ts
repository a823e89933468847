// What doctor says of a daemon's names.
import { describe, expect, it } from 'vitest';
import { doctor } from '../../src/cli/doctor.ts';
import { CommandFailure } from '../../src/cli/failure.ts';
import type { ProfileClient } from '../../src/cli/profile-client.ts';
import { checkSymbols, coverageChecks } from '../../src/cli/symbol-checks.ts';
import { fakeHost } from './fake-host.ts';

type Coverage = Parameters<typeof coverageChecks>[0];

const gain = (path: string, samples: number, advice: string, has: 'function' | 'object' = 'function') => {
  return { path, samples, has, advice };
};
const COVERAGE: Coverage = {
  samples: 12_000,
  shares: { line: 0.6, function: 0.3, object: 0.08, nothing: 0.02 },
  gain: [
    gain('/usr/lib/libc.so.6', 3000, 'sudo apt-get install libc6-dbg'),
    gain('[kernel.kallsyms]', 600, ''),
    gain('[jit 42]', 960, 'start it with: node --perf-basic-prof', 'object'),
    gain('/usr/bin/rare', 1, 'sudo apt-get install rare-dbgsym'),
  ],
};

function daemon(answer: () => Promise<Response>): ProfileClient {
  return { source: 'http://127.0.0.1:4040', request: answer, close: () => Promise.resolve() };
}
const answering = (body: unknown) => daemon(() => Promise.resolve(Response.json(body)));

describe('coverageChecks', () => {
  it('tells how much is known, then each object that would gain, with what to do', () => {
    const [summary, ...objects] = coverageChecks(COVERAGE);
    expect(summary).toMatchObject({
      status: 'ok',
      found:
        'of 12,000 samples 60.0 % have a line, 30.0 % a function only, 8.0 % their object only, 2.0 % nothing',
    });
    expect(objects.map(({ status, found, why, mend }) => [status, found, why, mend])).toEqual([
      [
        'warn',
        '/usr/lib/libc.so.6: functions without lines',
        '25.0 % of the samples are in it and have no line',
        'sudo apt-get install libc6-dbg',
      ],
      [
        'warn',
        '[jit 42]: no function names',
        '8.0 % of the samples are in it and have no line',
        'start it with: node --perf-basic-prof',
      ],
    ]);
  });

  it('names five objects at most', () => {
    const many = Array.from({ length: 9 }, (_, i) => gain(`/lib/${i}`, 100, `sudo apt-get install p${i}`));
    expect(coverageChecks({ ...COVERAGE, gain: many })).toHaveLength(6);
  });

  it('warns where many samples have no function name', () => {
    const shares = { line: 0.1, function: 0.3, object: 0.5, nothing: 0.1 };
    expect(coverageChecks({ ...COVERAGE, shares })[0]).toMatchObject({
      status: 'warn',
      mend: 'as told below',
    });
  });

  it('has nothing to say of a window without samples', () => {
    expect(coverageChecks({ samples: 0, shares: null, gain: [] })).toMatchObject([
      { status: 'ok', found: 'no samples in the last five minutes' },
    ]);
  });

  it('shows no control characters of a path', () => {
    const [, check] = coverageChecks({ ...COVERAGE, gain: [gain('/tmp/\x1b[2J', 3000, 'do \x1b]0;x')] });
    expect(check).toMatchObject({ found: '/tmp/\\x1b[2J: functions without lines', mend: 'do \\x1b]0;x' });
  });
});

describe('checkSymbols', () => {
  it('asks the daemon', async () => {
    const checks = await checkSymbols(answering({ coverage: COVERAGE }));
    expect(checks).toHaveLength(3);
  });

  it('says that nothing was looked at where none answers, and lets doctor go on', async () => {
    const none = daemon(() => Promise.reject(new CommandFailure('cannot reach http://127.0.0.1:4040')));
    expect(await checkSymbols(none)).toMatchObject([
      { status: 'ok', found: 'not looked at: cannot reach http://127.0.0.1:4040' },
    ]);
    let text = '';
    const code = await doctor({
      json: true,
      host: fakeHost(),
      daemon: none,
      write: (part) => (text += part),
    });
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ canSample: true });
  });

  it('does not take anything else for an answer', async () => {
    expect(await checkSymbols(answering({ hello: 'world' }))).toMatchObject([
      { status: 'ok', found: expect.stringContaining('is not Pilotlight') as string },
    ]);
  });
});
