import { describe, expect, it } from 'vitest';
import { withSection } from '../../bench/lib/report.ts';

describe('withSection', () => {
  const first = withSection('# Benchmarks\n', 'overhead', '## overhead\n\nold');

  it('adds a section at the end', () => {
    const both = withSection(first, 'store', '## store');
    expect(both).toContain(
      'old\n<!-- /bench:overhead -->\n\n<!-- bench:store -->\n## store\n<!-- /bench:store -->\n',
    );
  });

  it('replaces its own section and leaves the others', () => {
    const both = withSection(first, 'store', '## store');
    const again = withSection(both, 'overhead', '## overhead\n\nnew');
    expect(again).toBe(both.replace('old', 'new'));
  });
});
