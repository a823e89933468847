// `npm run generate`: prints src/collector/wire.gen.ts from bpf/wire.h, by a C program that the compiler lays out
// just as it lays out the addon. With `--check` nothing is written, and a difference is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

const SOURCE = 'native/print-wire.c';
const TARGET = 'src/collector/wire.gen.ts';

await setupOrExit('check');
const { format, resolveConfig } = await import('prettier');
const target = join(ROOT, TARGET);
const wanted = await format(printed(), { ...(await resolveConfig(target)), filepath: target });
const present = existsSync(target) ? readFileSync(target, 'utf8') : '';
if (wanted === present) {
  console.log(`${TARGET} is up to date`);
} else if (process.argv.includes('--check')) {
  fail(`${TARGET} is not what bpf/wire.h says. Run: npm run generate`);
} else {
  writeFileSync(target, wanted);
  console.log(`${TARGET} written`);
}

function printed() {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-generate-'));
  try {
    const program = join(folder, 'print-wire');
    output(process.env['CC'] ?? 'cc', ['-Wall', '-Wextra', '-Werror', '-I', 'bpf', SOURCE, '-o', program]);
    return output(program, []);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param {string} command @param {string[]} args */
function output(command, args) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: ROOT, encoding: 'utf8' });
  if (error !== undefined) fail(`cannot run ${command}: ${error.message}`);
  if (status !== 0) fail(`${command} failed\n${stderr}`);
  return stdout;
}

/** @param {string} message @returns {never} */
function fail(message) {
  process.stderr.write(`pilotlight: ${message}\n`);
  process.exit(1);
}
