import { expect, it } from 'vitest';
import { factLines, runFacts } from '../../../bench/lib/run-facts.ts';

const facts = { date: '2026-11-23', commit: 'abc1234', machine: 'a CPU', command: 'npm run bench -- x' };

it('factLines is a list of what a run was', () => {
  expect(factLines(facts)).toBe(
    '- Date: 2026-11-23, commit abc1234\n- Machine: a CPU\n- Command: `npm run bench -- x`',
  );
  expect(
    factLines({ ...facts, commit: undefined }, 'libdw 0.188')
      .split('\n')
      .slice(0, 3),
  ).toEqual(['- Date: 2026-11-23', '- Machine: a CPU', '- Reference: libdw 0.188']);
});

it('runFacts are those of this run', () => {
  const { date, machine, command } = runFacts('stacks', ['--seconds', '3']);
  expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
  expect(machine).toContain(`Node.js ${process.versions.node}`);
  expect(command).toBe('npm run bench -- stacks --seconds 3');
});
