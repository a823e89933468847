// Programs and libraries of the host that building and testing need. Presence is probed by looking for the files,
// not by asking the package manager: that is faster, and holds on every distribution.
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './progress.mjs';

/**
 * @typedef {'build' | 'test' | 'bench'} Purpose
 * @typedef {{ what: string, debian: string, purpose: Purpose, present: () => boolean }} HostTool
 */

/** Debian's names for the browser, and those of others. Ubuntu's is a snap, which root cannot run: see the README. */
const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @type {HostTool[]} */
const TOOLS = [
  // build: the BPF object, the addon, the launcher
  { what: 'clang', debian: 'clang', purpose: 'build', present: () => onPath('clang') },
  { what: 'cmake', debian: 'cmake', purpose: 'build', present: () => onPath('cmake') },
  { what: 'make', debian: 'make', purpose: 'build', present: () => onPath('make') || onPath('ninja') },
  { what: 'a C compiler', debian: 'gcc', purpose: 'build', present: () => onPath('cc') },
  { what: 'a C++ compiler', debian: 'g++', purpose: 'build', present: () => onPath('c++') },
  { what: 'pkg-config', debian: 'pkg-config', purpose: 'build', present: () => onPath('pkg-config') },
  { what: 'libbpf', debian: 'libbpf-dev', purpose: 'build', present: () => hasHeader('bpf/libbpf.h') },
  { what: 'libelf', debian: 'libelf-dev', purpose: 'build', present: () => hasHeader('libelf.h') },
  { what: 'zlib', debian: 'zlib1g-dev', purpose: 'build', present: () => hasHeader('zlib.h') },
  // test: `go tool pprof` is the oracle of every profile, the browser draws the page, gcc is one of the workloads,
  // bpftool prints BTF and BPF programs, llvm-symbolizer is the oracle of debug information, dwz moves parts of it,
  // elfutils' test files are packed by bzip2
  { what: 'gcc', debian: 'gcc', purpose: 'test', present: () => onPath('gcc') },
  { what: 'go', debian: 'golang-go', purpose: 'test', present: () => onPath('go') },
  {
    what: 'llvm-symbolizer',
    debian: 'llvm-19',
    purpose: 'test',
    present: () => onPath('llvm-symbolizer-19'),
  },
  { what: 'dwz', debian: 'dwz', purpose: 'test', present: () => onPath('dwz') },
  { what: 'zstd', debian: 'zstd', purpose: 'test', present: () => onPath('zstd') },
  { what: 'xz', debian: 'xz-utils', purpose: 'test', present: () => onPath('xz') },
  { what: 'bzip2', debian: 'bzip2', purpose: 'test', present: () => onPath('bzip2') },
  { what: 'debuginfod', debian: 'debuginfod', purpose: 'test', present: () => onPath('debuginfod') },
  { what: 'chromium', debian: 'chromium', purpose: 'test', present: () => findBrowser() !== undefined },
  {
    what: 'bpftool',
    debian: 'bpftool',
    purpose: 'test',
    present: () => onPath('bpftool') || isExecutable('/usr/sbin/bpftool'),
  },
  // bench: what the overhead is compared with, and what the loads are made with and of
  { what: 'perf', debian: 'linux-perf', purpose: 'bench', present: () => onPath('perf') },
  { what: 'bpftrace', debian: 'bpftrace', purpose: 'bench', present: () => onPath('bpftrace') },
  { what: 'a C compiler', debian: 'gcc', purpose: 'bench', present: () => onPath('cc') },
  { what: 'make', debian: 'make', purpose: 'bench', present: () => onPath('make') },
];

/** The browser for tests: PILOTLIGHT_CHROMIUM where it is set, else the first that PATH has. */
export function findBrowser() {
  const chosen = process.env['PILOTLIGHT_CHROMIUM'];
  return chosen === undefined || chosen === '' ? BROWSERS.map(whereOnPath).find(Boolean) : chosen;
}

/**
 * Installs what is missing, where root and apt allow it; else says exactly what to run.
 * @param {readonly Purpose[]} purposes
 * @param {import('./progress.mjs').Progress} progress
 */
export async function ensureHostTools(purposes, progress) {
  const missing = missingTools(purposes);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => tool.debian))];
  if (!onPath('apt-get')) {
    const names = missing.map((tool) => `${tool.what} (${tool.debian} on Debian)`);
    throw new SetupError(`missing: ${names.join(', ')}. Install these with this system's package manager.`);
  }
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  if (!isRoot()) {
    throw new SetupError(
      `missing: ${packages.join(', ')}. Run: sudo apt-get update && sudo apt-get ${install.join(' ')}`,
    );
  }
  await progress.step(`installing system packages: ${packages.join(' ')}`, async () => {
    // Another apt (unattended upgrades of a machine just booted) may hold the lock for a while.
    const apt = (/** @type {string[]} */ args) =>
      progress.run('apt-get', ['-q', '-o', 'DPkg::Lock::Timeout=300', ...args], {
        cwd: '/',
        env: { DEBIAN_FRONTEND: 'noninteractive' },
      });
    await apt(['update']);
    await apt(install);
  });
  const still = missingTools(purposes).map((tool) => tool.what);
  if (still.length > 0)
    throw new SetupError(`installed ${packages.join(' ')}, but not found: ${still.join(', ')}`);
}

/** @param {readonly Purpose[]} purposes */
export function missingTools(purposes) {
  return TOOLS.filter((tool) => purposes.includes(tool.purpose) && !tool.present());
}

export function isRoot() {
  return process.getuid?.() === 0;
}

/** @param {string} program */
export function onPath(program) {
  return whereOnPath(program) !== undefined;
}

/** @param {string} program @returns {string | undefined} */
function whereOnPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** @param {string} header */
function hasHeader(header) {
  return ['/usr/include', '/usr/local/include'].some((folder) => existsSync(join(folder, header)));
}
