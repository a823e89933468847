// What a browser has to load before the page can draw.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

export interface PageSize {
  /** Bytes, gzip. */
  script: number;
  style: number;
  /** Bytes of the self-contained report's template, as it is. */
  report: number;
}

export function pageSize(webRoot: string): PageSize {
  const assets = join(webRoot, 'assets');
  const gzipped = (suffix: string) =>
    readdirSync(assets)
      .filter((name) => name.endsWith(suffix) && !name.startsWith('login-'))
      .reduce((sum, name) => sum + gzipSync(readFileSync(join(assets, name))).length, 0);
  return {
    script: gzipped('.js'),
    style: gzipped('.css'),
    report: readFileSync(join(webRoot, 'report.html')).length,
  };
}
