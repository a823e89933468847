// DATA_DIR/audit.log: who took which profiles out. One JSON object per line; audit.log.1 is the file before, and so on.
import { appendFile, chmod, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServerLog } from '../service.ts';

/** Some 30,000 lines. */
const MAX_FILE_BYTES = 10 << 20;
const FILES = 5;
/** Lines that wait for the disk; further ones are left out, and a line says how many. */
const MAX_WAITING = 1000;

export interface AuditLogOptions {
  directory: string;
  log: ServerLog;
  /** For tests. */
  maxFileBytes?: number;
}

export class AuditLog {
  readonly #path: string;
  readonly #log: ServerLog;
  readonly #maxFileBytes: number;
  #waiting: string[] = [];
  #lost = 0;
  /** Of the file; null before it was looked at. */
  #bytes: number | null = null;
  #writing: Promise<void> | null = null;

  constructor({ directory, log, maxFileBytes = MAX_FILE_BYTES }: AuditLogOptions) {
    this.#path = join(directory, 'audit.log');
    this.#log = log;
    this.#maxFileBytes = maxFileBytes;
  }

  /** Never fails and never waits: a full disk must not stop profiles from being read; a line tells what is missing. */
  add(line: string): void {
    if (this.#waiting.length >= MAX_WAITING) this.#lost++;
    else this.#waiting.push(line);
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
  }

  /** Resolves when all lines so far are written. */
  async flush(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting.splice(0);
      try {
        await this.#append(lines);
      } catch (error) {
        this.#lost += lines.length;
        this.#bytes = null;
        this.#log.error({ err: error, lost: this.#lost }, 'the audit log cannot be written');
      }
    }
  }

  async #append(lines: readonly string[]): Promise<void> {
    const lost = this.#lost;
    const gap = lost === 0 ? [] : [JSON.stringify({ time: new Date().toISOString(), lost })];
    const text = [...lines, ...gap].map((line) => `${line}\n`).join('');
    this.#bytes ??= await this.#sizeOfFile();
    if (this.#bytes > 0 && this.#bytes + text.length > this.#maxFileBytes) await this.#rotate();
    await appendFile(this.#path, text, { mode: 0o600 });
    this.#bytes += text.length;
    this.#lost -= lost;
  }

  async #sizeOfFile(): Promise<number> {
    const found = await stat(this.#path).catch(nullIfMissing);
    if (found !== null) await chmod(this.#path, 0o600);
    return found?.size ?? 0;
  }

  /** The oldest goes. */
  async #rotate(): Promise<void> {
    await rm(`${this.#path}.${FILES - 1}`, { force: true });
    for (let i = FILES - 1; i > 0; i--) {
      const from = i === 1 ? this.#path : `${this.#path}.${i - 1}`;
      await rename(from, `${this.#path}.${i}`).catch(nullIfMissing);
    }
    this.#bytes = 0;
  }
}

function nullIfMissing(error: unknown): null {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
  throw error;
}
