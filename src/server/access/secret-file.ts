// Files that say who may ask: tokens, a certificate, its key. This is the one place that opens them.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { stampOf } from '../../model/file-stamp.ts';

/** None of them has a reason to be larger; a chain of certificates has some 10 KiB. */
const MAX_BYTES = 256 << 10;

/** A file that cannot be used; the message is the one line a person needs. */
export class AccessFileError extends Error {
  override readonly name = 'AccessFileError';
}

export interface AccessFile {
  path: string;
  text: string;
}

/** Throws an AccessFileError. A `secret` may be read by its owner and its group only. */
export function readAccessFile(path: string, { secret }: { secret: boolean }): AccessFile {
  return withFile(path, (fd) => {
    const { mode, size } = fstatSync(fd);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new AccessFileError(`${path} is not a file`);
    if (secret && (mode & 0o027) !== 0) throw new AccessFileError(openToOthers(path, mode));
    if (size > MAX_BYTES)
      throw new AccessFileError(`${path} has ${size} bytes, at most ${MAX_BYTES} are read`);
    const bytes = Buffer.alloc(size);
    return { path, text: bytes.toString('utf8', 0, readSync(fd, bytes, 0, size, 0)) };
  });
}

/** What changes when a file is written, replaced or removed; never throws. */
export function accessFileStamp(path: string): string {
  try {
    return withFile(path, stampOf);
  } catch (error) {
    return String(error);
  }
}

function openToOthers(path: string, mode: number): string {
  const shown = (mode & 0o777).toString(8);
  return `${path} can be read or changed by other users (mode ${shown}): chmod o=,g-w ${path}`;
}

function withFile<T>(path: string, use: (fd: number) => T): T {
  let fd: number;
  try {
    // Not blocking: the path may name a pipe.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new AccessFileError(`cannot read ${path}: ${REASONS[code] ?? code}`, { cause: error });
  }
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file (ENOENT)',
  EACCES: 'permission denied (EACCES): it must be readable by the user that the service runs as',
  ENXIO: 'it is not a file (ENXIO)',
};
