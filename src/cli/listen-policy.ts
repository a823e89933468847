// Profiles tell what a host does: nobody beyond it may ask without being let in.

export interface ListenSettings {
  listen: string;
  /** Access without control beyond loopback was asked for. */
  insecure: boolean;
  /** Tokens are asked for. */
  tokens: boolean;
  tls: boolean;
}

export function isLoopback(listen: string): boolean {
  const host = listen.slice(0, listen.lastIndexOf(':'));
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Why an address may not be listened on, or null where it may. */
export function refusal({ listen, insecure, tokens }: ListenSettings): string | null {
  if (isLoopback(listen) || insecure || tokens) return null;
  return `listening on ${listen} would show this host's profiles to the network; use 127.0.0.1, let only those in who have a token (--token-file), or give --insecure to do it all the same`;
}

/** What is dangerous about an address that may be listened on, or null. */
export function caution({ listen, insecure, tokens, tls }: ListenSettings): string | null {
  if (isLoopback(listen)) return null;
  if (insecure) return `everybody who reaches ${listen} can read this host's profiles (--insecure)`;
  if (tokens && !tls)
    return `tokens cross the network unencrypted; give --tls-cert and --tls-key, unless a proxy speaks TLS`;
  return null;
}
