// Who may ask the daemon, and over what: read from the files that its options name, and again when these change.
import { hostname } from 'node:os';
import type { SecureContextOptions } from 'node:tls';
import { isLoopback } from '../cli/listen-policy.ts';
import { AuditLog } from '../server/access/audit-log.ts';
import { Sessions } from '../server/access/sessions.ts';
import { readTlsFiles, validityWarning } from '../server/access/tls-files.ts';
import { readTokenFile } from '../server/access/token-file.ts';
import { WatchedFiles } from '../server/access/watched-files.ts';
import type { EntranceOptions } from '../server/entrance.ts';
import type { AllowedHosts } from '../server/guard.ts';
import { SERVER_LIMITS } from '../server/limits/server-limits.ts';
import type { ServerLog } from '../server/service.ts';
import { isBundleFolder } from '../store/bundle-folder.ts';
import type { ServeOptions } from './options.ts';

export interface ServedAccess {
  entrance: Omit<EntranceOptions, 'now' | 'log'>;
  /** Undefined: plain HTTP. */
  tls: SecureContextOptions | undefined;
  /** Hands on certificates that come later. */
  onCertificate(use: (tls: SecureContextOptions) => void): void;
  /** Resolves when the audit log is written. */
  close(): Promise<void>;
}

/** Throws an AccessFileError. All files are read here, before anything else of them is needed. */
export function openAccess(options: ServeOptions, log: ServerLog): ServedAccess {
  const tell = (line: string) => console.error(`pilotlight: ${line}`);
  const tokens = watchTokens(options, tell);
  let use: (tls: SecureContextOptions) => void = () => undefined;
  const tls = watchTls(options, tell, (next) => use(next));
  // Nothing is written to a bundle.
  const auditLog = isBundleFolder(options.dataDir)
    ? undefined
    : new AuditLog({ directory: options.dataDir, log });
  const current = tokens && (() => tokens.value);
  return {
    entrance: {
      allowedHosts: allowedHosts(options),
      access: current && { tokens: current, sessions: new Sessions(current) },
      auditLog,
      limits: SERVER_LIMITS,
    },
    tls: tls?.value,
    onCertificate: (taker) => (use = taker),
    close: async () => {
      tokens?.close();
      tls?.close();
      await auditLog?.flush();
    },
  };
}

type Tell = (line: string) => void;

function watchTokens({ tokenFile }: ServeOptions, tell: Tell) {
  if (tokenFile === undefined) return undefined;
  return new WatchedFiles({ paths: [tokenFile], load: () => readTokenFile(tokenFile), tell });
}

function watchTls(
  { tlsCert, tlsKey }: ServeOptions,
  tell: Tell,
  changed: (tls: SecureContextOptions) => void,
): WatchedFiles<SecureContextOptions> | undefined {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const paths = { cert: tlsCert, key: tlsKey };
  const load = () => {
    const tls = readTlsFiles(paths);
    const warning = validityWarning(paths, Date.now());
    if (warning !== null) tell(warning);
    return tls;
  };
  return new WatchedFiles({ paths: [tlsCert, tlsKey], load, changed, tell });
}

/** Beyond loopback the server has addresses and a name; what else it is called, by proxies say, must be told. */
function allowedHosts({ listen, allowHost }: ServeOptions): AllowedHosts {
  if (isLoopback(listen)) return { names: allowHost, anyAddress: false };
  const bound = listen.slice(0, listen.lastIndexOf(':'));
  return { names: [...allowHost, hostname(), bound], anyAddress: true };
}
