// `npm run fuzz [-- MUTATIONS [SEED]]`: the tests under test/fuzz with many more mutations than `npm test` has.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

const STANDARD_MUTATIONS = 100_000;

const [mutations = String(STANDARD_MUTATIONS), seed = String(Date.now() % 1_000_000)] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(mutations) || !/^\d+$/.test(seed)) {
  process.stderr.write('pilotlight: npm run fuzz [-- MUTATIONS [SEED]], both whole numbers\n');
  process.exit(2);
}
await setupOrExit('check');
console.log(`${mutations} mutations of each kind, seed ${seed}`);
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/fuzz'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, PILOTLIGHT_FUZZ_MUTATIONS: mutations, PILOTLIGHT_FUZZ_SEED: seed },
});
process.exitCode = status ?? 1;
