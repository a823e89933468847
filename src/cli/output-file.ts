// A file that is whole or not there: written beside its place under another name, and renamed when it is complete.
import { accessSync, closeSync, constants, fsyncSync, openSync } from 'node:fs';
import { realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { CommandFailure, errorCode } from './failure.ts';
import { onWayOut } from './way-out.ts';

export class OutputFile {
  readonly path: string;
  bytes = 0;
  readonly #fd: number;
  /** Where the bytes go until `commit`; null for what cannot be replaced (a pipe, a device): then straight there. */
  readonly #temporary: string | null;
  readonly #target: string;
  readonly #forget: () => void;
  #open = true;

  private constructor(path: string, target: string, temporary: string | null, fd: number) {
    this.path = path;
    this.#target = target;
    this.#temporary = temporary;
    this.#fd = fd;
    this.#forget = onWayOut(() => this.discard());
  }

  /** Throws a CommandFailure where the file cannot be written: before there is anything to lose. */
  static open(path: string): OutputFile {
    try {
      const target = followLink(path);
      if (!isReplaceable(target)) return new OutputFile(path, target, null, openSync(target, 'w'));
      const temporary = `${target}.part-${process.pid}`;
      return new OutputFile(path, target, temporary, openSync(temporary, 'wx', modeOf(target)));
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  write(chunk: Uint8Array): void {
    try {
      for (let at = 0; at < chunk.length;) at += writeSync(this.#fd, chunk, at);
      this.bytes += chunk.length;
    } catch (error) {
      throw unwritable(this.path, error);
    }
  }

  /** What was written takes the file's place. */
  commit(): void {
    try {
      if (this.#temporary !== null) {
        fsyncSync(this.#fd);
        renameSync(this.#temporary, this.#target);
      }
    } catch (error) {
      throw unwritable(this.path, error);
    }
    this.#close();
  }

  /** Leaves nothing behind, and what was there before untouched. May be called after `commit`. */
  discard(): void {
    if (!this.#open) return;
    if (this.#temporary !== null) rmSync(this.#temporary, { force: true });
    this.#close();
  }

  #close(): void {
    this.#open = false;
    this.#forget();
    closeSync(this.#fd);
  }
}

function unwritable(path: string, error: unknown): CommandFailure {
  return new CommandFailure(`cannot write ${path}: ${errorCode(error)}`, {
    hint: 'give another --output',
    cause: error,
  });
}

/** A link is written through, not replaced by a file. */
function followLink(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return path;
    throw error;
  }
}

function isReplaceable(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
  if (stat === undefined) return true;
  // Renaming asks for the folder's permission only.
  accessSync(path, constants.W_OK);
  return stat.isFile();
}

/** A file that is replaced keeps who may read it. */
function modeOf(path: string): number {
  return (statSync(path, { throwIfNoEntry: false })?.mode ?? 0o666) & 0o777;
}
