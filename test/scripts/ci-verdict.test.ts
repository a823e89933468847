import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';

const SCRIPT = fileURLToPath(new URL('../../scripts/ci-verdict.mjs', import.meta.url));

/** Last line and exit code for a report with this text; null leaves no report. */
function verdict(report: string | null): { last: string | undefined; code: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-verdict-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'report.json');
  if (report !== null) writeFileSync(path, report);
  const { stdout, status } = spawnSync(process.execPath, [SCRIPT, path], { encoding: 'utf8' });
  return { last: stdout.trimEnd().split('\n').at(-1), code: status };
}

/** As vitest writes it. */
const report = (passed: number, failed: number, skipped: number, todo: number, files: unknown[] = []) =>
  JSON.stringify({
    numPassedTests: passed,
    numFailedTests: failed,
    numPendingTests: skipped,
    numTodoTests: todo,
    testResults: files,
  });

describe('the closing line of CI', () => {
  it('gives the numbers of the report', () => {
    expect(verdict(report(12, 0, 2, 1))).toEqual({ last: '12 passed, 0 failed, 3 skipped', code: 0 });
    expect(verdict(report(12, 3, 0, 0))).toEqual({ last: '12 passed, 3 failed, 0 skipped', code: 1 });
  });

  it('counts a file that failed to load as a failure', () => {
    const broken = { status: 'failed', assertionResults: [] };
    expect(verdict(report(5, 0, 0, 0, [broken]))).toEqual({ last: '5 passed, 1 failed, 0 skipped', code: 1 });
  });

  it('fails where no test ran', () => {
    expect(verdict(report(0, 0, 4, 0))).toEqual({ last: '0 passed, 0 failed, 4 skipped', code: 1 });
  });

  it.each([null, '', '{"numPassedTests": 1'])('fails where the runner left the report %j', (text) => {
    expect(verdict(text)).toEqual({ last: '0 passed, 1 failed, 0 skipped', code: 1 });
  });
});
