// The certificates of test/fixtures/tls, in a folder where only we may read the keys.
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SOURCE = join(import.meta.dirname, '../fixtures/tls');

export class TlsFixtures {
  readonly folder = mkdtempSync(join(tmpdir(), 'pilotlight-tls-'));
  /** Signed the others. */
  readonly authority = readFileSync(join(SOURCE, 'authority.pem'), 'utf8');

  /** Puts a file there under a name of its own; keys get a mode that is accepted. */
  put(from: string, name = from): string {
    const path = join(this.folder, name);
    cpSync(join(SOURCE, from), path);
    chmodSync(path, from.endsWith('.key.pem') ? 0o600 : 0o644);
    return path;
  }

  /** `server` or `other`, as the options name them. */
  pair(name: string, as = 'used'): { cert: string; key: string } {
    return { cert: this.put(`${name}.pem`, `${as}.pem`), key: this.put(`${name}.key.pem`, `${as}.key.pem`) };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
