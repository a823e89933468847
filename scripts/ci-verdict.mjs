// Prints `N passed, N failed, N skipped` from vitest's JSON report; exits 1 where a test failed or none ran.
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Report
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} numTodoTests
 * @property {{ status: string, assertionResults: unknown[] }[]} testResults
 */

const report = readReport(process.argv[2] ?? '');
if (report === undefined) {
  console.log('the test runner left no report: it did not get as far as running tests, or it crashed');
  console.log('0 passed, 1 failed, 0 skipped');
  process.exitCode = 1;
} else {
  // A file that fails to load, or whose beforeAll fails, may have no test to count.
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  const skipped = report.numPendingTests + report.numTodoTests;
  if (report.numPassedTests + failed === 0) console.log('no test ran');
  console.log(`${report.numPassedTests} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed > 0 || report.numPassedTests === 0 ? 1 : 0;
}

/** @param {string} path @returns {Report | undefined} */
function readReport(path) {
  try {
    /** @type {Report} */
    const parsed = JSON.parse(readFileSync(path, 'utf8'));
    return parsed;
  } catch {
    return undefined;
  }
}
