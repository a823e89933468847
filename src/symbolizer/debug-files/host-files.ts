// HostFiles: opening regular files below a root. Never waits for whoever holds the other end of what is in the file's
// place.
import { closeSync, constants, fstatSync, openSync, statSync } from 'node:fs';
import { stampOf } from '../../model/file-stamp.ts';

export const OPEN_REFUSALS = {
  'no-file': 'there is no such file',
  'no-permission': 'it may not be read',
  'not-regular': 'not a regular file',
  'too-many-links': 'its symbolic links lead in a circle',
  unreadable: 'it cannot be read',
} as const;
export type OpenRefusal = keyof typeof OPEN_REFUSALS;

/** `fd` is the caller's to close. */
export type OpenedFile = { ok: true; fd: number; stamp: string } | { ok: false; reason: OpenRefusal };

/**
 * Opens `path` as if `root` were "/": symbolic links lead nowhere else. Gives a descriptor, or throws an error with an
 * `errno` name as its `code`. The addon's `openInRoot` is one.
 */
export type OpenInRoot = (root: string, path: string) => number;

export class HostFiles {
  private readonly open: OpenInRoot;

  constructor(open: OpenInRoot) {
    this.open = open;
  }

  /** Regular files only. `root` is a folder, such as /proc/PID/root. */
  openRegular(root: string, path: string): OpenedFile {
    let fd: number;
    try {
      fd = this.open(root, path);
    } catch (error) {
      return { ok: false, reason: refusalOf(error) };
    }
    try {
      if (!fstatSync(fd).isFile()) return refuse(fd, 'not-regular');
      return { ok: true, fd, stamp: stampOf(fd) };
    } catch {
      return refuse(fd, 'unreadable');
    }
  }
}

/** For files of this process's own root, which the user named: its symbolic links hold. A FIFO or device is not opened. */
export const openInOwnRoot: OpenInRoot = (root, path) => {
  if (root !== '/') throw withCode('EXDEV', `${root} is not the root of this process`);
  if (!statSync(path).isFile()) throw withCode('EINVAL', `${path} is not a regular file`);
  // What was a file a moment ago may be a FIFO by now: without O_NONBLOCK opening it would wait for a writer.
  return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
};

function refuse(fd: number, reason: OpenRefusal): OpenedFile {
  closeSync(fd);
  return { ok: false, reason };
}

const REFUSAL_OF_CODE: ReadonlyMap<string | undefined, OpenRefusal> = new Map([
  ['ENOENT', 'no-file'],
  ['ENOTDIR', 'no-file'],
  ['ENAMETOOLONG', 'no-file'],
  ['EACCES', 'no-permission'],
  ['EPERM', 'no-permission'],
  ['EINVAL', 'not-regular'],
  ['EISDIR', 'not-regular'],
  ['ENXIO', 'not-regular'], // a socket, or a device without a driver
  ['ELOOP', 'too-many-links'],
]);

function refusalOf(error: unknown): OpenRefusal {
  return REFUSAL_OF_CODE.get((error as NodeJS.ErrnoException).code) ?? 'unreadable';
}

function withCode(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
