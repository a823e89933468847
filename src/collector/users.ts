// User names by id, from /etc/passwd.
import { readFileSync, statSync } from 'node:fs';

export function parsePasswd(text: string): Map<number, string> {
  const names = new Map<number, string>();
  for (const line of text.split('\n')) {
    const [name, , uid] = line.split(':');
    // The first name of a uid counts, as in getpwuid(3).
    if (name && uid && /^\d+$/.test(uid) && !names.has(Number(uid))) names.set(Number(uid), name);
  }
  return names;
}

/** Reads the file again when it has changed. Users of directories (LDAP, …) stay numbers. */
export class UserNames {
  readonly #path: string;
  #names = new Map<number, string>();
  #readAtMs = -1;

  constructor(path = '/etc/passwd') {
    this.#path = path;
  }

  refresh(): void {
    try {
      const changedAtMs = statSync(this.#path).mtimeMs;
      if (changedAtMs === this.#readAtMs) return;
      this.#names = parsePasswd(readFileSync(this.#path, 'utf8'));
      this.#readAtMs = changedAtMs;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }

  nameOf(uid: number): string {
    return this.#names.get(uid) ?? String(uid);
  }
}
