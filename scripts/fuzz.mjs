// `npm run fuzz [-- [NAME] [MUTATIONS [SEED]]]`: the tests under test/fuzz, or the one of that name, with many more
// mutations (of `routes`: requests) than `npm test` has.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

const STANDARD_MUTATIONS = 100_000;

const args = process.argv.slice(2);
const name = /^[a-z]/.test(args[0] ?? '') ? args.shift() : undefined;
const [mutations = String(STANDARD_MUTATIONS), seed = String(Date.now() % 1_000_000)] = args;
const tests = name === undefined ? 'test/fuzz' : `test/fuzz/${name}.test.ts`;
if (!/^[1-9]\d*$/.test(mutations) || !/^\d+$/.test(seed) || !existsSync(join(ROOT, tests))) {
  process.stderr.write(
    'pilotlight: npm run fuzz [-- [NAME] [MUTATIONS [SEED]]], NAME.test.ts in test/fuzz, whole numbers\n',
  );
  process.exit(2);
}
await setupOrExit('check');
console.log(`${mutations} mutations of each kind, seed ${seed}`);
const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', tests], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, PILOTLIGHT_FUZZ_MUTATIONS: mutations, PILOTLIGHT_FUZZ_SEED: seed },
});
process.exitCode = status ?? 1;
