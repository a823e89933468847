import { describe, expect, it } from 'vitest';
import { SqlError } from '../../src/sql/sql-error.ts';
import { statementFault } from '../../src/sql/statement-fault.ts';

const fault = (text: string) => {
  const { kind, message, hint } = statementFault(new Error(text));
  return { kind, message, hint };
};

describe('statementFault', () => {
  it('tells a mistake in one line, with its place', () => {
    expect(
      fault('Parser Error: syntax error at or near "FORM"\n\nLINE 2:   FORM samples\n          ^'),
    ).toEqual({
      kind: 'malformed',
      message: 'Parser Error: syntax error at or near "FORM" (line 2, at "FORM samples")',
      hint: undefined,
    });
    expect(fault('Binder Error: no such column\nCandidate bindings: "comm"').message).toBe(
      'Binder Error: no such column; Candidate bindings: "comm"',
    );
  });

  it('passes no more than some lines of a message on', () => {
    expect(fault(`Conversion Error: ${'x'.repeat(100_000)}`).message).toHaveLength(501);
  });

  it('tells limits and locks from mistakes', () => {
    expect(fault('Permission Error: Cannot access file "/etc/passwd"').kind).toBe('refused');
    expect(fault('Invalid Input Error: Cannot change configuration option "threads"').kind).toBe('refused');
    expect(fault('Out of Memory Error: failed to allocate data').message).toBe(
      'the statement needs more memory than one may have',
    );
    expect(fault('Out of Memory Error: … by the "max_temp_directory_size" setting').message).toBe(
      'the statement needs more room on the disk than one may have',
    );
    expect(fault('std::bad_alloc').kind).toBe('too-large');
  });

  it('leaves our own refusals as they are', () => {
    const own = new SqlError('refused', 'only SELECT is run');
    expect(statementFault(own)).toBe(own);
  });
});
