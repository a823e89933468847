// SpillFile: a temporary file without a name, for what is too large to be held in memory.
import { randomBytes } from 'node:crypto';
import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Gone as soon as it is closed, or its process ends: it has no name from the beginning. */
export class SpillFile {
  readonly fd: number;
  private open = true;

  /** Throws what the file system says. */
  constructor(directory: string) {
    const path = join(directory, `pilotlight-${process.pid}-${randomBytes(8).toString('hex')}.tmp`);
    const { O_RDWR, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
    this.fd = openSync(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
    unlinkSync(path);
  }

  append(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += writeSync(this.fd, bytes, done);
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    closeSync(this.fd);
  }
}
