// `npm run generate`: prints src/collector/wire.gen.ts from bpf/wire.h and src/unwind/table-layout.gen.ts from
// bpf/unwind.h, by C programs that the compiler lays out just as it lays out the addon. With `--check` nothing is
// written, and a difference is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, setupOrExit } from './setup.mjs';

const GENERATED = [
  { header: 'bpf/wire.h', source: 'native/print-wire.c', path: 'src/collector/wire.gen.ts' },
  { header: 'bpf/unwind.h', source: 'native/print-unwind.c', path: 'src/unwind/table-layout.gen.ts' },
];

await setupOrExit('check');
const { format, resolveConfig } = await import('prettier');
for (const { header, source, path } of GENERATED) {
  const target = join(ROOT, path);
  const wanted = await format(printed(source), { ...(await resolveConfig(target)), filepath: target });
  const present = existsSync(target) ? readFileSync(target, 'utf8') : '';
  if (wanted === present) {
    console.log(`${path} is up to date`);
  } else if (process.argv.includes('--check')) {
    fail(`${path} is not what ${header} says. Run: npm run generate`);
  } else {
    writeFileSync(target, wanted);
    console.log(`${path} written`);
  }
}

/** @param {string} source - a C program @returns what it prints */
function printed(source) {
  const folder = mkdtempSync(join(tmpdir(), 'pilotlight-generate-'));
  try {
    const program = join(folder, 'print');
    output(process.env['CC'] ?? 'cc', ['-Wall', '-Wextra', '-Werror', '-I', 'bpf', source, '-o', program]);
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
