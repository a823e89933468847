// `npm run check`: what CI asks of every change besides the tests. All checks run, whichever fails.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

/** @type {[name: string, script: string, ...args: string[]][]} */
const CHECKS = [
  ['format', 'node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.'],
  ['lint', 'node_modules/eslint/bin/eslint.js', '.'],
  ['types', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json'],
  ['generated files', 'scripts/generate.mjs', '--check'],
  ['import directions', 'node_modules/vitest/vitest.mjs', 'run', 'test/architecture.test.ts'],
];

await setupOrExit('check');
let failures = 0;
for (const [name, script, ...args] of CHECKS) {
  const startMs = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, script), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'}  ${name} (${seconds} s)`);
  if (status === 0) continue;
  failures += 1;
  console.log(`${stdout}${stderr}`.trimEnd().replace(/^/gm, '      '));
}
if (failures > 0) {
  console.log(`${failures} of ${CHECKS.length} checks failed`);
  process.exitCode = 1;
}
