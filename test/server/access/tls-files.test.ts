import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AccessFileError } from '../../../src/server/access/secret-file.ts';
import { readTlsFiles, validityWarning } from '../../../src/server/access/tls-files.ts';
import { TlsFixtures } from '../../support/tls-fixtures.ts';

const files = new TlsFixtures();
afterAll(() => files.remove());

const server = files.pair('server', 'server');
const other = files.pair('other', 'other');
const locked = files.put('locked.key.pem');
const expired = files.put('expired.pem');
const text = join(files.folder, 'text.key.pem');
writeFileSync(text, 'no key\n', { mode: 0o600 });

const NOW = Date.UTC(2026, 0, 1);

describe('readTlsFiles', () => {
  it('takes a certificate with its key, and no TLS before 1.2', () => {
    expect(readTlsFiles(server)).toMatchObject({
      minVersion: 'TLSv1.2',
      cert: expect.stringContaining('BEGIN CERTIFICATE') as string,
    });
  });

  it.each([
    [
      { cert: server.cert, key: other.key },
      `the key in ${other.key} is not that of the first certificate in ${server.cert}`,
    ],
    [{ cert: server.key, key: server.key }, `${server.key} does not begin with a certificate in PEM form`],
    [{ cert: server.cert, key: server.cert }, 'holds no private key in PEM form'],
    [{ cert: server.cert, key: text }, 'holds no private key in PEM form'],
    [
      { cert: server.cert, key: locked },
      'is protected by a password, which nobody could type: store it without one',
    ],
    [{ cert: `${server.cert}.none`, key: server.key }, 'there is no such file (ENOENT)'],
  ])('says what is wrong with a pair', (paths, message) => {
    if (paths.key === server.cert) chmodSync(server.cert, 0o600);
    expect(() => readTlsFiles(paths)).toThrow(AccessFileError);
    expect(() => readTlsFiles(paths)).toThrow(message);
    expect(() => readTlsFiles(paths)).not.toThrow('BEGIN');
  });

  it('wants a key that others cannot read, and lets the certificate be public', () => {
    chmodSync(server.cert, 0o644);
    chmodSync(server.key, 0o644);
    expect(() => readTlsFiles(server)).toThrow(/can be read or changed by other users \(mode 644\)/);
    chmodSync(server.key, 0o600);
  });
});

describe('validityWarning', () => {
  it('says that a certificate is too old or too new', () => {
    expect(validityWarning(server, NOW)).toBeNull();
    expect(validityWarning({ ...server, cert: expired }, NOW)).toMatch(/was valid until Jan {2}1 .*2021/);
    expect(validityWarning(server, Date.UTC(2019, 0, 1))).toMatch(/is valid from Jan {2}1 .*2020/);
  });
});
