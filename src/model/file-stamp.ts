// A file's state, told without reading it.
import { fstatSync } from 'node:fs';

/** Differs once the file was written to, replaced in place, or cut. Throws what fstat says. */
export function stampOf(fd: number): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join(':');
}

/** Whether what was read since `stamp` was taken is of one state of the file. */
export function isUnchanged(fd: number, stamp: string): boolean {
  return stampOf(fd) === stamp;
}
