// The files whose addresses are named: the fixtures, and what a Debian host has.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT } from '../lib/daemon.ts';
import { missingOf, type Workload, WORKLOADS } from '../lib/workloads.ts';

export interface JudgedFile {
  name: string;
  what: string;
  path: string;
  /** What the reference tools read: the same code, with debug information that all of them understand. */
  referencePath: string;
  /** What the file itself can tell of a linkage name that the reference has; the whole of it where this is not told. */
  referenceName?: (name: string) => string;
}

export interface JudgedFiles {
  files: JudgedFile[];
  /** What is not there, and what to install. */
  missing: string[];
}

const BUILT = join(ROOT, 'test', 'fixtures', 'built');
const LIBC = '/lib/x86_64-linux-gnu/libc.so.6';

const FIXTURES: Readonly<Record<string, string>> = {
  'c-gcc-4': 'C, gcc -O2, DWARF 4',
  'c-gcc-5': 'C, gcc -O2, DWARF 5',
  'c-clang-4': 'C, clang -O2, DWARF 4',
  'c-clang-5': 'C, clang -O2, DWARF 5',
  'cc-gcc-4': 'C++ templates, g++ -O2, DWARF 4',
  'cc-gcc-5': 'C++ templates, g++ -O2, DWARF 5',
  'cc-clang-4': 'C++ templates, clang++ -O2, DWARF 4',
  'cc-clang-5': 'C++ templates, clang++ -O2, DWARF 5',
  'rust-4': 'Rust, rustc -O, DWARF 4',
  'rust-5': 'Rust, rustc -O, DWARF 5',
};

/** Builds what has to be built: programs into `folder`, fixtures where they belong. */
export function prepareFiles(folder: string): JudgedFiles {
  buildFixtures([...Object.keys(FIXTURES), 'cc-gcc-dwz']);
  const files: JudgedFile[] = [];
  const missing: string[] = [];
  const add = (found: JudgedFile | string) =>
    typeof found === 'string' ? missing.push(found) : files.push(found);
  for (const [name, what] of Object.entries(FIXTURES)) add(fixture(name, what));
  add(supplemented(folder));
  add(goProgram(folder));
  add(libc());
  add({
    name: 'node',
    what: 'Node.js as it is installed',
    path: process.execPath,
    referencePath: process.execPath,
  });
  return { files, missing };
}

function buildFixtures(names: readonly string[]): void {
  const absent = names.filter((name) => !existsSync(join(BUILT, name)));
  if (absent.length === 0) return;
  spawnSync(process.execPath, [join(ROOT, 'scripts', 'fixtures.mjs'), ...absent], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function fixture(name: string, what: string): JudgedFile | string {
  const path = join(BUILT, name);
  return existsSync(path) ? { name, what, path, referencePath: path } : `${name}: npm run fixtures says why`;
}

/** Only elfutils reads supplements without fault: the reference is the same program before dwz. */
function supplemented(folder: string): JudgedFile | string {
  const [path, referencePath] = [join(BUILT, 'cc-gcc-dwz'), join(BUILT, 'cc-gcc-4')];
  if (!existsSync(path) || !existsSync(referencePath)) return 'cc-gcc-dwz: apt-get install dwz g++';
  if (!sameText(path, referencePath, folder))
    return 'cc-gcc-dwz: its code is not that of cc-gcc-4; npm run fixtures';
  return { name: 'cc-gcc-dwz', what: 'C++ with a dwz supplement', path, referencePath };
}

/** Stripped, so that only its function table is left; judged by its DWARF before that. */
function goProgram(folder: string): JudgedFile | string {
  const workload = WORKLOADS.find(({ name }) => name === 'go');
  if (workload === undefined || missingOf(workload).length > 0) return 'go: apt-get install golang-go';
  const referencePath = buildGo(workload, folder);
  const path = `${referencePath}-stripped`;
  execFileSync('strip', ['-s', '-o', path, referencePath]);
  if (!sameText(path, referencePath, folder)) return 'go: strip changed its code';
  return { name: 'go', what: 'Go, stripped', path, referencePath, referenceName: withoutAbi };
}

/**
 * Go's linker names functions in assembler by their calling convention in symbols and DWARF (`cpuid.abi0`), not in the
 * table of functions (cmd/link/internal/ld/symtab.go, `mangleABIName`).
 */
export function withoutAbi(name: string): string {
  return name.replace(/\.abi0$/, '');
}

/** Debian's elfutils and binutils do not read the DWARF 5 that Go writes since 1.25; older ones know no such choice. */
function buildGo({ prepare }: Workload, folder: string): string {
  const before = process.env['GOEXPERIMENT'];
  try {
    process.env['GOEXPERIMENT'] = 'nodwarf5';
    return prepare(folder, 0)[0]!;
  } catch {
    delete process.env['GOEXPERIMENT'];
    return prepare(folder, 0)[0]!;
  } finally {
    if (before === undefined) delete process.env['GOEXPERIMENT'];
    else process.env['GOEXPERIMENT'] = before;
  }
}

function libc(): JudgedFile | string {
  if (!existsSync(LIBC)) return `libc: no ${LIBC}`;
  const notes = execFileSync('readelf', ['-n', LIBC], { encoding: 'utf8' });
  const buildId = /Build ID: ([0-9a-f]+)/.exec(notes)?.[1] ?? '';
  const debugFile = `/usr/lib/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
  if (!existsSync(debugFile)) return 'libc: apt-get install libc6-dbg';
  return { name: 'libc', what: 'libc6 with libc6-dbg', path: LIBC, referencePath: debugFile };
}

function sameText(a: string, b: string, folder: string): boolean {
  const text = (path: string) => {
    // Not through standard output: objcopy cannot open what Node.js gives it there.
    const file = join(folder, `${basename(path)}.text`);
    execFileSync('objcopy', ['-O', 'binary', '--only-section=.text', path, file]);
    return readFileSync(file);
  };
  return text(a).equals(text(b));
}
