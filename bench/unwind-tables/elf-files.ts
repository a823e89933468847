// The ELF files under some folders, each once.
import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ELF_MAGIC = 0x7f45_4c46;

/** Paths in order of their names; links, and other names of the same file, are left out. */
export function elfFiles(paths: readonly string[]): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const path of paths.flatMap(filesUnder)) {
    const { dev, ino, size } = statSync(path);
    const identity = `${dev} ${ino}`;
    if (seen.has(identity) || size < 64 || !isElf(path)) continue;
    seen.add(identity);
    found.push(path);
  }
  return found;
}

function filesUnder(path: string): string[] {
  const real = realpathSync(path);
  if (!statSync(real).isDirectory()) return [real];
  return readdirSync(real, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function isElf(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(4);
    return readSync(fd, magic, 0, 4, 0) === 4 && magic.readUInt32BE() === ELF_MAGIC;
  } finally {
    closeSync(fd);
  }
}
