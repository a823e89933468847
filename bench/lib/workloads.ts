// Programs to profile: Debian's own, and small ones of ours for what those do not show. See workloads/README.md.
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCES = fileURLToPath(new URL('./workloads/', import.meta.url));

export interface Workload {
  name: string;
  /** As the report shows it. */
  what: string;
  /** Programs it needs; it is left out, by name, where one is missing. */
  needs: readonly string[];
  /**
   * Builds what is to be built into the folder; gives the command, which runs for longer than `seconds`. Without a
   * shell's loop around it: perf loses the outermost frames of what a shell starts again and again.
   */
  prepare: (folder: string, seconds: number) => string[];
}

const SQL = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000)
SELECT i % 1000 AS k, count(*), max(printf('%08d', i * 7919 % 100003)) AS v FROM n GROUP BY k ORDER BY v DESC;`;

/** Functions of the C file that gcc compiles: about a second of it. */
const FUNCTIONS = 300;

export const WORKLOADS: readonly Workload[] = [
  // 14 measurements of so many seconds each
  debian('openssl', 'openssl speed', ['openssl'], (_folder, seconds) => [
    'openssl',
    'speed',
    '-seconds',
    String(Math.ceil(seconds / 10)),
    ...['rsa2048', 'sha256', 'aes-256-cbc'],
  ]),
  debian('python', 'python3, pure Python', ['/usr/bin/python3'], () => [
    '/usr/bin/python3',
    join(SOURCES, 'pure-python.py'),
  ]),
  debian('sqlite', 'sqlite3', ['sqlite3'], (folder) => {
    writeFileSync(join(folder, 'query.sql'), SQL.repeat(200));
    return ['sqlite3', ':memory:', '.read query.sql'];
  }),
  debian('zstd', 'zstd -b', ['zstd'], (_folder, seconds) => [
    'zstd',
    '-b1',
    '-e19',
    `-i${Math.ceil(seconds / 5)}`,
  ]),
  debian('xz', 'xz', ['xz'], (_folder, seconds) => [
    'xz',
    '-6',
    '-c',
    ...repeated(process.execPath, seconds),
  ]),
  debian('gcc', 'gcc -O2', ['gcc'], (folder, seconds) => {
    const source = join(folder, 'functions.c');
    writeFileSync(source, cFile(FUNCTIONS));
    return ['gcc', '-O2', '-c', ...repeated(source, 10 * seconds)];
  }),
  debian('node', 'node serving HTTP', [process.execPath], () => [
    process.execPath,
    join(SOURCES, 'http-server.mjs'),
  ]),
  ours('exceptions', 'C++ exceptions', ['g++', '-O2'], 'exceptions.cc'),
  ours('signals', 'signal handlers, alternate stack', ['gcc', '-O2', '-pthread'], 'signals.c'),
  ours('recursion', 'deep recursion', ['gcc', '-O2', '-fno-optimize-sibling-calls'], 'recursion.c'),
  ours('static', 'static binary', ['gcc', '-O2', '-static'], 'libc-calls.c', ['-lm']),
  ours('static-pie', 'static-pie binary', ['gcc', '-O2', '-static-pie'], 'libc-calls.c', ['-lm']),
  ours('go', 'Go program', [toolchain('go', '/usr/local/go/bin/go'), 'build'], 'collector.go'),
  ours('rust', 'Rust program', [toolchain('rustc', join(homedir(), '.cargo/bin/rustc')), '-O'], 'panics.rs'),
];

function debian(name: string, what: string, needs: string[], prepare: Workload['prepare']): Workload {
  return { name, what, needs, prepare };
}

/** A program of workloads/, compiled as `compiler… -o OUTPUT SOURCE libraries…`. */
function ours(
  name: string,
  what: string,
  compiler: readonly string[],
  source: string,
  libraries: readonly string[] = [],
): Workload {
  const [command = '', ...flags] = compiler;
  const prepare = (folder: string) => {
    const program = join(folder, name);
    execFileSync(command, [...flags, '-o', program, join(SOURCES, source), ...libraries], { cwd: folder });
    return [program];
  };
  return { name, what, needs: [command], prepare };
}

/** Where a language's own installer puts its compiler, unless it is in the path. */
function toolchain(name: string, usual: string): string {
  return existsSync(usual) ? usual : name;
}

function repeated(text: string, times: number): string[] {
  return Array.from({ length: Math.ceil(times) }, () => text);
}

/** What is not installed of what a workload needs. */
export function missingOf({ needs }: Workload): string[] {
  const folders = (process.env['PATH'] ?? '').split(':');
  return needs.filter(
    (need) => !folders.some((folder) => existsSync(join(need.startsWith('/') ? '' : folder, need))),
  );
}

/** Functions of some length with loops, switches and calls: what an optimizer works on. */
function cFile(functions: number): string {
  const one = (n: number) => `
static int f${n}(const int *values, int count)
{
	int sum = ${n};
	for (int i = 0; i < count; i++) {
		switch (values[i] & 7) {
		case 0: sum += values[i] * ${n}; break;
		case 1: sum ^= values[i] << ${n % 13}; break;
		case 2: sum -= ${n > 0 ? `f${n - 1}(values, i / 2)` : 'i'}; break;
		case 3: for (int j = i; j < count; j += 3) sum += values[j] / (${n} + 1 + j); break;
		default: sum = (sum >> 1) | (values[i] % ${n + 2});
		}
	}
	return sum;
}
`;
  const bodies = Array.from({ length: functions }, (_, n) => one(n)).join('');
  return `${bodies}\nint last(const int *values, int count) { return f${functions - 1}(values, count); }\n`;
}
