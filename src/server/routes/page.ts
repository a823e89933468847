// GET / and the page's files. A path is either one of the few shapes the build makes or not found.
import { extname, join } from 'node:path';
import type { Context } from 'hono';
import { firstRequest } from '../../model/page-request.ts';
import type { App, ServerContext } from '../context.ts';
import { ApiError } from '../errors.ts';
import { readIfThere } from '../read-if-there.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** One file name, or one in assets/. A name begins with a letter, digit or underscore: no `..`, no dot files. */
const FILE = /^\/((?:assets\/)?\w[\w.-]*)$/;

/** Names in assets/ carry a hash of their content, so they never change under the same name. */
const cacheControl = (file: string) =>
  file.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

export function pageRoutes(app: App, { webRoot }: ServerContext): void {
  const send = async (c: Context, file: string) => {
    const type = TYPES[extname(file)];
    const bytes = type === undefined ? undefined : await readIfThere(join(webRoot, file));
    if (bytes === undefined || type === undefined) return undefined;
    return c.body(bytes, 200, { 'content-type': type, 'cache-control': cacheControl(file) });
  };
  app.get('/', async (c) => {
    // The answer is then on its way while the browser still reads the page's scripts and styles.
    const first = firstRequest(new URL(c.req.url).searchParams);
    if (first !== undefined) c.header('link', `<${first}>; rel=preload; as=fetch; crossorigin`);
    const page = await send(c, 'index.html');
    if (page !== undefined) return page;
    throw new ApiError(503, 'page_not_built', 'the page has not been built', 'run: npm run build');
  });
  app.get('*', async (c) => {
    const file = FILE.exec(c.req.path)?.[1];
    return (file === undefined ? undefined : await send(c, file)) ?? c.notFound();
  });
}
