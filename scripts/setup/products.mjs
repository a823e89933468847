// What is built from the sources, and when it has to be built again. A product is fresh when its outputs exist and
// the hash of its inputs' contents is the one it was built from; times of files say nothing after a clone or a copy.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ENTRIES } from './entries.mjs';

/**
 * @typedef {import('./progress.mjs').Progress} Progress
 * @typedef {object} Product
 * @property {string} name
 * @property {string} what - as shown to people
 * @property {string[]} inputs - files and folders; package-lock.json always counts
 * @property {(root: string) => string[]} outputs
 * @property {boolean} needsHostTools
 * @property {(root: string, progress: Progress) => Promise<void>} build
 */

/** @type {Product[]} */
export const PRODUCTS = [
  {
    name: 'native',
    what: 'the BPF object, the addon and the launcher',
    inputs: ['CMakeLists.txt', 'bpf', 'native'],
    outputs: () => [
      'build/pilotlight.bpf.o',
      'build/Release/pilotlight.node',
      'build/Release/pilotlight-launcher',
    ],
    needsHostTools: true,
    build: buildNative,
  },
  {
    name: 'service',
    what: 'the TypeScript',
    inputs: ['src', 'tsconfig.base.json', 'scripts/setup/bundle.mjs', 'scripts/setup/entries.mjs'],
    outputs: () => [...ENTRIES.map((entry) => `dist/${entry}.js`), 'dist/chunks'],
    needsHostTools: false,
    // In a process of its own: before `npm ci` there is no bundler.
    build: (root, progress) =>
      progress.run(process.execPath, [join(root, 'scripts/setup/bundle.mjs')], { cwd: root }),
  },
  {
    name: 'page',
    what: 'the page',
    // Of the rest of src/ the page takes types only, which leave nothing behind (test/architecture.test.ts).
    inputs: ['web', 'src/model', 'tsconfig.base.json'],
    outputs: () => ['dist/web/index.html', 'dist/web/report.html'],
    needsHostTools: false,
    build: (root, progress) =>
      runPackage(root, progress, 'vite/bin/vite.js', ['build', '--config', 'web/vite.config.ts']),
  },
];

/** @param {string} root @param {Product} product */
export function isFresh(root, product) {
  const stampPath = stampFile(root, product);
  return (
    existsSync(stampPath) &&
    readFileSync(stampPath, 'utf8') === inputHash(root, product) &&
    missingOutputs(root, product).length === 0
  );
}

/** @param {string} root @param {Product} product @param {Progress} progress */
export async function buildProduct(root, product, progress) {
  // Taken before the build: an input changed meanwhile makes the stamp stale instead of being missed.
  const hash = inputHash(root, product);
  rmSync(stampFile(root, product), { force: true });
  await progress.step(`building ${product.what}`, () => product.build(root, progress));
  mkdirSync(dirname(stampFile(root, product)), { recursive: true });
  writeFileSync(stampFile(root, product), hash);
}

/** @param {string} root @param {Progress} progress */
function buildNative(root, progress) {
  // `compile` clears build/ and starts over when an incremental build fails (a cache from another place or compiler).
  return runPackage(root, progress, 'cmake-js/bin/cmake-js', ['compile']);
}

/** @param {string} root @param {Progress} progress @param {string} script @param {string[]} args */
function runPackage(root, progress, script, args) {
  return progress.run(process.execPath, [join(root, 'node_modules', script), ...args], { cwd: root });
}

/** @param {string} root @param {Product} product */
function missingOutputs(root, product) {
  return product.outputs(root).filter((path) => !existsSync(join(root, path)));
}

/** @param {string} root @param {Product} product */
function stampFile(root, product) {
  return join(root, '.cache', 'stamps', product.name);
}

/** @param {string} root @param {Product} product */
function inputHash(root, product) {
  // A folder copied to a machine of another kind brings outputs that do not run there.
  const hash = createHash('sha256').update(process.arch);
  for (const input of ['package-lock.json', ...product.inputs]) {
    for (const path of listFiles(root, input)) {
      const bytes = readFileSync(join(root, path));
      hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest('hex');
}

/**
 * Files under a path in a fixed order, relative to the root; nothing for a path that does not exist.
 * @param {string} root @param {string} path @returns {string[]}
 */
function listFiles(root, path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  return readdirSync(absolute, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}
