import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AuditLog } from '../../../src/server/access/audit-log.ts';
import { SILENT_LOG } from '../../support/fake-service.ts';

let directory: string;
beforeEach(() => (directory = mkdtempSync(join(tmpdir(), 'pilotlight-audit-'))));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const textOf = (name: string) => readFileSync(join(directory, name), 'utf8');

describe('the audit log', () => {
  it('has a line for each that was added, in their order, for its owner alone', async () => {
    const log = new AuditLog({ directory, log: SILENT_LOG });
    for (let i = 0; i < 50; i++) log.add(`line ${i}`);
    await log.flush();
    log.add('last');
    await log.flush();
    const lines = textOf('audit.log').split('\n');
    expect(lines.slice(0, 2)).toEqual(['line 0', 'line 1']);
    expect(lines.slice(-3)).toEqual(['line 49', 'last', '']);
    expect(statSync(join(directory, 'audit.log')).mode & 0o777).toBe(0o600);
  });

  it('goes on where an earlier run ended', async () => {
    writeFileSync(join(directory, 'audit.log'), 'earlier\n', { mode: 0o644 });
    const log = new AuditLog({ directory, log: SILENT_LOG });
    log.add('later');
    await log.flush();
    expect(textOf('audit.log')).toBe('earlier\nlater\n');
    expect(statSync(join(directory, 'audit.log')).mode & 0o777).toBe(0o600);
  });

  it('keeps the last five files, none larger than its bound', async () => {
    const log = new AuditLog({ directory, log: SILENT_LOG, maxFileBytes: 100 });
    for (let i = 0; i < 40; i++) {
      log.add(`${String(i).padStart(3, '0')} ${'x'.repeat(36)}`);
      await log.flush();
    }
    expect(textOf('audit.log').slice(0, 3)).toBe('038');
    expect(['1', '2', '3', '4'].map((i) => textOf(`audit.log.${i}`).slice(0, 3))).toEqual([
      '036',
      '034',
      '032',
      '030',
    ]);
    expect(existsSync(join(directory, 'audit.log.5'))).toBe(false);
    for (const name of ['audit.log', 'audit.log.4'])
      expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(100);
  });

  it('says what it lost where it cannot write, and goes on when it can', async () => {
    rmSync(directory, { recursive: true });
    const told: unknown[] = [];
    const log = new AuditLog({ directory, log: { ...SILENT_LOG, error: (details) => told.push(details) } });
    log.add('one');
    log.add('two');
    await log.flush();
    expect(told).toMatchObject([{ lost: 1 }, { lost: 2 }]);
    mkdirSync(directory);
    log.add('three');
    await log.flush();
    const [line, gap] = textOf('audit.log').split('\n');
    expect(line).toBe('three');
    expect(JSON.parse(gap!)).toMatchObject({ lost: 2 });
  });

  it('keeps a thousand lines for a disk that is slow, and says how many are missing', async () => {
    const log = new AuditLog({ directory, log: SILENT_LOG });
    for (let i = 0; i < 1500; i++) log.add(`line ${i}`);
    await log.flush();
    const lines = textOf('audit.log').trimEnd().split('\n');
    const written = lines.filter((line) => line.startsWith('line')).length;
    expect(written).toBeGreaterThanOrEqual(1000);
    const lost = lines
      .filter((line) => line.includes('"lost"'))
      .map((line) => (JSON.parse(line) as { lost: number }).lost);
    expect(written + lost.reduce((sum, count) => sum + count, 0)).toBe(1500);
    expect(lost).not.toEqual([]);
  });
});
