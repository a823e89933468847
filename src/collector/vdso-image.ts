// The vDSO is an ELF image without a file. Ours is the same as everyone's, so a copy of it answers for all.
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenResult } from '../model/object-source.ts';
import { parseExecutableMappings } from './proc.ts';

export function vdsoImageFd(): OpenResult {
  const mapping = parseExecutableMappings(readFileSync('/proc/self/maps', 'utf8')).find(
    (m) => m.path === '[vdso]',
  );
  if (!mapping) return { ok: false, reason: 'no-file' };
  const image = Buffer.alloc(Number(mapping.end - mapping.start));
  const memory = openSync('/proc/self/mem', 'r');
  try {
    // A user address is below 2^47 (2^56 with five-level tables, which the vDSO does not use).
    readSync(memory, image, 0, image.length, Number(mapping.start));
  } finally {
    closeSync(memory);
  }
  return openCopy(image);
}

/** The symbolizer reads descriptors: the copy lives in a file that has no name any more. */
function openCopy(image: Buffer): OpenResult {
  const directory = mkdtempSync(join(tmpdir(), 'pilotlight-vdso-'));
  try {
    const path = join(directory, 'vdso');
    writeFileSync(path, image);
    const fd = openSync(path, 'r');
    return { ok: true, fd, close: () => closeSync(fd) };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
