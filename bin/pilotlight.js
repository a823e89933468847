#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(fileURLToPath(import.meta.url), '../..');
const main = resolve(root, 'dist/main.js');
if (existsSync(main)) {
  await import(main);
} else {
  process.stderr.write(`pilotlight: not built yet (no ${main}). Run: cd ${root} && npm run build\n`);
  process.exitCode = 1;
}
