// The answer's file, written as rows come, up to a number of bytes.
import { closeSync, openSync, writeSync } from 'node:fs';

/** Texts are collected to pieces of about so many characters: a system call per row would cost more than the row. */
const PIECE = 64 * 1024;

export class ResultFile {
  readonly #fd: number;
  #pending: string[] = [];
  #pendingLength = 0;
  #bytes = 0;

  constructor(path: string) {
    this.#fd = openSync(path, 'wx', 0o600);
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes;
  }

  write(text: string): void {
    this.#bytes += Buffer.byteLength(text);
    this.#pending.push(text);
    this.#pendingLength += text.length;
    if (this.#pendingLength >= PIECE) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#fd);
  }

  #flush(): void {
    const bytes = Buffer.from(this.#pending.join(''));
    for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    this.#pending = [];
    this.#pendingLength = 0;
  }
}
