// The certificate and the key of --tls-cert and --tls-key, checked before they are used.
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import { AccessFileError, readAccessFile } from './secret-file.ts';

export interface TlsPaths {
  /** PEM: the server's certificate, then those between it and a known authority. */
  cert: string;
  /** PEM, without a password. */
  key: string;
}

/** Older versions are broken (RFC 8996). */
const MIN_VERSION = 'TLSv1.2';

/** Throws an AccessFileError. The files are a pair that a server can be started with. */
export function readTlsFiles({ cert, key }: TlsPaths): SecureContextOptions {
  const chain = readAccessFile(cert, { secret: false }).text;
  const secret = readAccessFile(key, { secret: true }).text;
  const certificate = parseCertificate(cert, chain);
  if (!certificate.checkPrivateKey(parseKey(key, secret))) {
    throw new AccessFileError(`the key in ${key} is not that of the first certificate in ${cert}`);
  }
  const options: SecureContextOptions = { cert: chain, key: secret, minVersion: MIN_VERSION };
  try {
    // What OpenSSL refuses though both were read: a key that is too short, a chain that is broken further down.
    createSecureContext(options);
  } catch (error) {
    throw new AccessFileError(`${cert} and ${key} cannot be used: ${reasonOf(error)}`, { cause: error });
  }
  return options;
}

/** A line for the log where the certificate is not valid at that time: browsers will refuse it; null where it is. */
export function validityWarning({ cert }: TlsPaths, nowMs: number): string | null {
  const { validFrom, validTo } = parseCertificate(cert, readAccessFile(cert, { secret: false }).text);
  if (nowMs < Date.parse(validFrom)) return `the certificate in ${cert} is valid from ${validFrom} only`;
  if (nowMs >= Date.parse(validTo)) return `the certificate in ${cert} was valid until ${validTo}`;
  return null;
}

function parseCertificate(path: string, text: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (error) {
    throw new AccessFileError(`${path} does not begin with a certificate in PEM form`, { cause: error });
  }
}

function parseKey(path: string, text: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const locked = code === 'ERR_MISSING_PASSPHRASE' || /ENCRYPTED/.test(text);
    const what = locked
      ? 'is protected by a password, which nobody could type: store it without one'
      : 'holds no private key in PEM form';
    throw new AccessFileError(`${path} ${what}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
