// `npm run bench -- NAME [ARGS…]`: runs bench/NAME.ts (or .mjs) on a checkout that is set up; without a name, lists them.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

const BENCH = join(ROOT, 'bench');
const SUFFIXES = ['.ts', '.mjs'];

const [name, ...args] = process.argv.slice(2);
const file = SUFFIXES.map((suffix) => join(BENCH, `${name ?? ''}${suffix}`)).find((path) => existsSync(path));
if (name === undefined || file === undefined) {
  const names = existsSync(BENCH)
    ? readdirSync(BENCH).flatMap((entry) =>
        SUFFIXES.filter((s) => entry.endsWith(s)).map((s) => entry.slice(0, -s.length)),
      )
    : [];
  const problem = name === undefined ? 'which benchmark?' : `there is no benchmark "${name}".`;
  process.stderr.write(`pilotlight: ${problem} One of: ${names.join(', ')}\n`);
  process.exit(2);
}
await setupOrExit('bench');
// tsx compiles on import and checks nothing: `npm run check` has seen the types.
const { status } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
  cwd: ROOT,
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
