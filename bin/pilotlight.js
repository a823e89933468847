#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../dist/main.js', import.meta.url);
if (existsSync(main)) {
  await import(main.href);
} else {
  const root = fileURLToPath(new URL('..', import.meta.url));
  process.stderr.write(
    `pilotlight: not built yet (no ${fileURLToPath(main)}). Run: cd ${root} && npm run build\n`,
  );
  process.exitCode = 1;
}
