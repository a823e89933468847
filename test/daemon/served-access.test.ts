// What the options of `serve` make of who may ask.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ServeOptions } from '../../src/daemon/options.ts';
import { openAccess } from '../../src/daemon/served-access.ts';
import { AccessFileError } from '../../src/server/access/secret-file.ts';
import { SILENT_LOG } from '../support/fake-service.ts';
import { READ_TOKEN } from '../support/token-access.ts';
import { TlsFixtures } from '../support/tls-fixtures.ts';

const folder = mkdtempSync(join(tmpdir(), 'pilotlight-access-'));
const files = new TlsFixtures();
afterAll(() => {
  rmSync(folder, { recursive: true });
  files.remove();
});

const tokenFile = join(folder, 'tokens');
writeFileSync(tokenFile, `read grafana ${READ_TOKEN}\n`, { mode: 0o600 });
const { cert: tlsCert, key: tlsKey } = files.pair('server');

/** Of the options only those that say who may ask. */
type AccessOptions = Pick<
  ServeOptions,
  'listen' | 'tokenFile' | 'tlsCert' | 'tlsKey' | 'allowHost' | 'dataDir'
>;

async function open(options: Partial<AccessOptions> = {}) {
  const standard = { listen: '127.0.0.1:4040', dataDir: folder, allowHost: [] };
  const access = openAccess({ ...standard, ...options } as unknown as ServeOptions, SILENT_LOG);
  await access.close();
  return access;
}

describe('openAccess', () => {
  it('lets everybody of this host in by default, under names of loopback', async () => {
    const { entrance, tls } = await open();
    expect(entrance.access).toBeUndefined();
    expect(entrance.allowedHosts).toEqual({ names: [], anyAddress: false });
    expect(entrance.limits).toBeDefined();
    expect(tls).toBeUndefined();
  });

  it('reads tokens, certificate and key', async () => {
    const { entrance, tls } = await open({ tokenFile, tlsCert, tlsKey });
    expect(entrance.access?.tokens().find(READ_TOKEN)).toEqual({ name: 'grafana', scope: 'read' });
    expect(tls).toMatchObject({ minVersion: 'TLSv1.2' });
  });

  it('knows beyond loopback its addresses, its own name and those it is told', async () => {
    const { entrance } = await open({ listen: 'build-7.internal:4040', allowHost: ['gate.internal:8443'] });
    expect(entrance.allowedHosts).toEqual({
      names: ['gate.internal:8443', hostname(), 'build-7.internal'],
      anyAddress: true,
    });
  });

  it('refuses to begin with files that are not right', async () => {
    await expect(open({ tokenFile: `${tokenFile}.none` })).rejects.toThrow(AccessFileError);
    await expect(open({ tlsCert, tlsKey: files.pair('other', 'other').key })).rejects.toThrow(
      /is not that of the first/,
    );
    chmodSync(tokenFile, 0o644);
    await expect(open({ tokenFile })).rejects.toThrow(/can be read or changed by other users/);
    chmodSync(tokenFile, 0o600);
  });
});
