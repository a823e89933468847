// `npm run bench -- unwind-tables`: unwind tables against llvm-dwarfdump's rows, and how fast they are made. Writes its
// section of docs/benchmarks.md.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { publish, runBench, say } from './lib/bench-command.ts';
import { ROOT } from './lib/daemon.ts';
import { hostShares, hostTime } from './lib/machine.ts';
import { runFacts } from './lib/run-facts.ts';
import type { FileComparison } from './unwind-tables/compare.ts';
import { compareFile, compileFile } from './unwind-tables/compare.ts';
import { dwarfdumpRows, findDwarfdump } from './unwind-tables/dwarfdump.ts';
import { elfFiles } from './unwind-tables/elf-files.ts';
import type { UnwindTablesOptions } from './unwind-tables/options.ts';
import { HELP, parseUnwindTablesOptions } from './unwind-tables/options.ts';
import type { TimedFile } from './unwind-tables/timed.ts';
import { timeCompile } from './unwind-tables/timed.ts';
import { section } from './unwind-tables/report.ts';

const LIBRARIES = '/usr/lib/x86_64-linux-gnu';
const QUIET_LOOK_MS = 3000;

/** The largest programs and libraries that a Debian host has, where they are. */
function largeFiles(): string[] {
  const named = [process.execPath, join(LIBRARIES, 'libc.so.6'), join(LIBRARIES, 'libcrypto.so.3')];
  const compilers = ['/usr/lib/gcc/x86_64-linux-gnu/12/cc1'];
  const llvm = existsSync(LIBRARIES)
    ? readdirSync(LIBRARIES)
        .filter((name) => /^libLLVM[-.0-9]+so/.test(name) || /^libLLVM\.so/.test(name))
        .map((name) => join(LIBRARIES, name))
        .sort((a, b) => statSync(b).size - statSync(a).size)
        .slice(0, 1)
    : [];
  return [...named, ...compilers, ...llvm].filter((path) => existsSync(path));
}

async function compareAll(options: UnwindTablesOptions, dwarfdump: string) {
  const compared: FileComparison[] = [];
  const skipped = new Map<string, number>();
  const files = elfFiles(options.paths).slice(0, options.limit);
  say(`comparing ${files.length} files`);
  for (const [i, path] of files.entries()) {
    const table = compileFile(path);
    if (typeof table === 'string') {
      skipped.set(table, (skipped.get(table) ?? 0) + 1);
      continue;
    }
    const comparison = compareFile(path, table, await dwarfdumpRows(dwarfdump, path));
    compared.push(comparison);
    if (comparison.differing > 0) {
      say(`${path}: ${comparison.differing} of ${comparison.rows} rows differ, ${comparison.example ?? ''}`);
    }
    if (i % 100 === 99) say(`${i + 1} files`);
  }
  return { compared, skipped };
}

/** What others use while we wait. */
async function busyShare(): Promise<number> {
  const before = hostTime();
  await sleep(QUIET_LOOK_MS);
  return hostShares(before, hostTime()).busy;
}

async function run(options: UnwindTablesOptions, args: readonly string[]): Promise<void> {
  const dwarfdump = findDwarfdump();
  const busy = await busyShare();
  const timed: TimedFile[] = largeFiles().map(timeCompile);
  const result = { ...(await compareAll(options, dwarfdump)), timed };
  const facts = {
    ...runFacts('unwind-tables', args),
    dwarfdump: execFileSync(dwarfdump, ['--version'], { encoding: 'utf8' }).split('\n')[0]!.trim(),
    busy,
  };
  const { report, write } = options;
  publish({
    root: ROOT,
    report,
    name: 'unwind-tables',
    text: section(facts, result),
    write,
    trial: 'a part of the files',
  });
}

await runBench({ help: HELP, parse: parseUnwindTablesOptions, needsRoot: () => null, run });
