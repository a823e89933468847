// `npm test`: set up what is missing, test tools included, then run vitest with the arguments given.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';
import { findBrowser, isRoot } from './setup/host-tools.mjs';

const args = process.argv.slice(2);
if (!isRoot() && args.length === 0) {
  process.stderr.write(
    'pilotlight: the tests load BPF programs, which needs root. Run: sudo npm test' +
      ' (without root, name the tests to run: npm test -- test/symbolizer)\n',
  );
  process.exit(1);
}
await setupOrExit('test');
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const { status, signal } = spawnSync(process.execPath, [vitest, 'run', ...args], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, PILOTLIGHT_CHROMIUM: findBrowser() ?? '' },
});
if (signal !== null) process.stderr.write(`pilotlight: the test runner was ended by ${signal}\n`);
process.exitCode = status ?? 1;
