// Which debuginfod servers may be asked: those that the user names, and no others.

export interface DebuginfodServers {
  /** Asked in this order; each ends in a slash. */
  servers: URL[];
  /** What was named and cannot be used, as it was written. */
  refused: string[];
}

/** Whitespace-separated addresses, as DEBUGINFOD_URLS has them. Of http and https only; parts behind `?` are dropped. */
export function parseServers(text: string): DebuginfodServers {
  const servers: URL[] = [];
  const refused: string[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const url = URL.canParse(word) ? new URL(word) : null;
    if (url === null || !isHttp(url)) {
      refused.push(word);
      continue;
    }
    url.search = url.hash = '';
    if (!url.pathname.endsWith('/')) url.pathname += '/';
    if (!servers.some(({ href }) => href === url.href)) servers.push(url);
  }
  return { servers, refused };
}

export function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}
