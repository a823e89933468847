// Makes dist/ of src/: JavaScript in few files, since Node takes about a millisecond for each module that it loads, and
// the command line alone has 200. Types are looked at by `npm run check`, not here.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { ENTRIES } from './entries.mjs';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Packages that become part of the bundle: those of many small ES modules. */
const BUNDLED = ['@hono/node-server', '@hono/zod-openapi', 'hono', 'zod'];

/** @param {string} outdir */
export async function bundle(outdir) {
  /** @type {{ dependencies: Record<string, string> }} */
  const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  await build({
    absWorkingDir: ROOT,
    entryPoints: ENTRIES.map((entry) => `src/${entry}.ts`),
    outbase: 'src',
    outdir,
    bundle: true,
    splitting: true,
    // As deep as the folders of src/: paths beside import.meta.url lead from there.
    chunkNames: 'chunks/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: Object.keys(dependencies).filter((name) => !BUNDLED.includes(name)),
    logLevel: 'warning',
  });
}

/** What an earlier build left; the page is built by itself. @param {string} dist */
function clear(dist) {
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) {
    if (name !== 'web') rmSync(join(dist, name), { recursive: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  clear(join(ROOT, 'dist'));
  await bundle('dist');
}
