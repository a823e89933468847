// A window as a bundle: a tar of one folder, sent while it is read from the disk.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import type { Context } from 'hono';
import type { Pack } from 'tar-stream';
import { pack } from 'tar-stream';
import { BUNDLE_FILE } from '../model/bundle.ts';
import { STACK_FILTERS } from '../model/stack-filters.ts';
import type { ExportedBundle } from '../store/bundle-export.ts';
import { fileBytes } from '../store/data-dir.ts';
import { StoreError } from '../store/store-error.ts';
import type { ServerContext } from './context.ts';
import { ApiError } from './errors.ts';
import { attachment } from './pprof-answer.ts';
import type { Asked } from './profile-answers.ts';

export async function bundleAnswer(c: Context, context: ServerContext, asked: Asked): Promise<Response> {
  const { filters, range, selector, query } = asked;
  const filter = STACK_FILTERS.find((name) => (filters[name] ?? '') !== '');
  if (filter !== undefined) {
    throw new ApiError(400, 'bad_parameter', `${filter}: a bundle holds whole stacks; leave the filter out`);
  }
  const disposition = attachment(range, 'tar');
  const headers = { 'content-type': 'application/x-tar', 'content-disposition': disposition };
  if (c.req.method === 'HEAD') return c.body(null, 200, headers);
  const making = context.store.exportBundle({ range, selector, query, version: context.version });
  // A refusal comes soon and is told with its status. What takes longer is awaited behind the headers.
  await refusals(Promise.race([making, setTimeout(PATIENCE_MS, undefined, { ref: false })]));
  const body = Readable.from(tarOf(making, folderOf(disposition)));
  // However it ends, and also where nobody begins to read it.
  body.once('close', () => void making.then((exported) => exported.remove()).catch(() => undefined));
  onLeaving(c.req.raw.signal, () => body.destroy());
  return c.body(Readable.toWeb(body) as ReadableStream<Uint8Array>, 200, headers);
}

/** Well under the route's deadline. */
const PATIENCE_MS = 20_000;

/** `pilotlight-20260131T140000Z`: what the tar's one folder is called. */
function folderOf(disposition: string): string {
  return /"(.*)\.tar"/.exec(disposition)![1]!;
}

function onLeaving(signal: AbortSignal, leave: () => void): void {
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
}

async function refusals<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.kind === 'busy') throw new ApiError(503, 'busy', error.message);
    if (error.kind === 'no-space') throw new ApiError(507, 'no_space', error.message);
    throw error;
  }
}

async function* tarOf(making: Promise<ExportedBundle>, folder: string): AsyncGenerator<Uint8Array> {
  const exported = await making;
  const tar = pack();
  const packed = packAll(tar, exported, folder);
  // Awaited below; where the client goes away first it is not an error that nobody caught.
  packed.catch((error: unknown) => tar.destroy(error as Error));
  try {
    for await (const chunk of tar) yield chunk as Uint8Array;
    await packed;
  } finally {
    tar.destroy();
    // Before the end is told: whoever has all of it may ask for another.
    await exported.remove();
  }
}

/** bundle.json comes first: it lists the others, with their checksums. */
async function packAll(tar: Pack, { path, bundle }: ExportedBundle, folder: string): Promise<void> {
  const mtime = new Date(bundle.createdMs);
  for (const name of [BUNDLE_FILE, ...Object.keys(bundle.files)]) {
    const file = join(path, name);
    const size = bundle.files[name]?.bytes ?? (await fileBytes(file));
    await pipeline(
      createReadStream(file),
      tar.entry({ name: `${folder}/${name}`, size, mode: 0o644, mtime }),
    );
  }
  tar.finalize();
}
