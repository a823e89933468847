import { describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/server/access/audit-line.ts';
import { auditLine } from '../../../src/server/access/audit-line.ts';

const ENTRY: AuditEntry = {
  what: 'export',
  timeMs: Date.UTC(2026, 0, 31, 14, 0, 0),
  address: '10.0.0.7',
  caller: { name: 'grafana', scope: 'read' },
  method: 'GET',
  path: '/api/v1/profile',
  asked: { from: 'now-1h', query: '{comm="node"}' },
  status: 200,
  bytes: 1234,
  complete: true,
  durationMs: 12.4,
};

describe('a line of the audit log', () => {
  it('is a JSON object that says who took what', () => {
    expect(JSON.parse(auditLine(ENTRY))).toEqual({
      ...{
        time: '2026-01-31T14:00:00.000Z',
        what: 'export',
        address: '10.0.0.7',
        token: 'grafana',
        scope: 'read',
      },
      ...{ method: 'GET', path: '/api/v1/profile', asked: { from: 'now-1h', query: '{comm="node"}' } },
      ...{ status: 200, bytes: 1234, complete: true, durationMs: 12 },
    });
  });

  it('holds nothing that a terminal would obey, and loses none of it', () => {
    const query = '\x1b[2J\x9b31m\n\r\u202e\u2028größe 🔥 \x7f';
    const line = auditLine({ ...ENTRY, asked: { query } });
    expect(line).toMatch(/^[\x20-\x7e]+$/);
    expect((JSON.parse(line) as { asked: object }).asked).toEqual({ query });
  });

  it('keeps the beginning of long texts, and says how long they were', () => {
    const line = auditLine({
      ...ENTRY,
      path: 'p'.repeat(16_000),
      asked: { ['n'.repeat(5000)]: 'v'.repeat(10_000) },
    });
    expect(line.length).toBeLessThan(7000);
    expect(line).toContain('(10000 characters)');
    expect(line).toContain('(16000 characters)');
  });

  it('says that nobody had to be known', () => {
    expect(JSON.parse(auditLine({ ...ENTRY, caller: undefined }))).toMatchObject({
      token: null,
      scope: null,
    });
  });
});
