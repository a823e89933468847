import { describe, expect, it } from 'vitest';
import { CommandFailure, failureLine, usageFailure, usageLines } from '../../src/cli/failure.ts';

describe('a failure', () => {
  it('is one line, with what mends it, whatever its message holds', () => {
    expect(failureLine(new CommandFailure('it broke:\n  twice', { hint: 'mend it' }))).toBe(
      'pilotlight: it broke: twice; mend it\n',
    );
    expect(failureLine({ message: 'it broke' })).toBe('pilotlight: it broke\n');
  });

  it('of usage is one line and one hint, and ends with 2', () => {
    expect(usageFailure('give one of them').exitCode).toBe(2);
    expect(new CommandFailure('it broke').exitCode).toBe(1);
    expect(usageLines('give one of them')).toBe('error: give one of them\n(--help shows what there is)\n');
    expect(usageLines('two are needed', 'for example: a b')).toBe(
      'error: two are needed\n(for example: a b)\n',
    );
    expect(usageLines("unknown option '--frm'", '(Did you mean --from?)')).toBe(
      "error: unknown option '--frm'\n(Did you mean --from?)\n",
    );
  });
});
