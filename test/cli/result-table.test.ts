import { describe, expect, it } from 'vitest';
import { resultTable } from '../../src/cli/result-table.ts';

const COLUMNS = [
  { name: 'name', type: 'VARCHAR' },
  { name: 'n', type: 'BIGINT' },
  { name: 'list', type: 'VARCHAR[]' },
];

describe('resultTable', () => {
  it('makes columns as wide as what is in them, numbers at the right', () => {
    const rows = [
      ['main', 7, ['a', 'b']],
      ['漢字', '18446744073709551615', null],
    ];
    expect(resultTable({ columns: COLUMNS, rows }, undefined)).toBe(
      [
        'name                     n  list',
        '────  ────────────────────  ─────────',
        'main                     7  ["a","b"]',
        '漢字  18446744073709551615  NULL',
        '',
      ].join('\n'),
    );
  });

  it('cuts long cells, and lines at the width of the terminal', () => {
    const rows = [['x'.repeat(5000), 1, []]];
    const [, , line] = resultTable({ columns: COLUMNS, rows }, undefined).split('\n');
    expect(line).toBe(`${'x'.repeat(99)}…  1  []`);
    const [heading] = resultTable({ columns: COLUMNS, rows }, 10).split('\n');
    expect(heading).toBe('name     …');
  });

  it('shows what would move the cursor', () => {
    const [, , line] = resultTable({ columns: COLUMNS, rows: [['\x1b[2J', 1, []]] }, undefined).split('\n');
    expect(line).toBe('\\x1b[2J  1  []');
  });

  it('is a heading where there are no rows', () => {
    expect(resultTable({ columns: COLUMNS, rows: [] }, undefined)).toBe('name  n  list\n────  ─  ────\n');
  });
});
