// Which variables the daemon's processes get: root's environment may hold secrets, and the service needs none of them.

/** By name, or by the beginning of it. */
const NAMES = new Set(['PATH', 'LANG', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'GLIBC_TUNABLES']);
const BEGINNINGS = ['LC_', 'NODE_', 'UV_', 'MALLOC_', 'LD_', 'PILOTLIGHT_'];

export function childEnvironment(environment: NodeJS.ProcessEnv): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (NAMES.has(name) || BEGINNINGS.some((beginning) => name.startsWith(beginning))) kept[name] = value;
  }
  return kept;
}
