// The tar of a bundle unpacked into a new folder: complete and as its checksums say, or not at all. Whoever sent it may
// have made it up: nothing but the files that a bundle has is ever written.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type { Extract } from 'tar-stream';
import { extract } from 'tar-stream';
import type { Bundle } from '../model/bundle.ts';
import { BUNDLE_FILE, isBundlePath, parseBundle } from '../model/bundle.ts';
import { CommandFailure, errorCode } from './failure.ts';
import { printable } from './terminal-text.ts';
import { onWayOut } from './way-out.ts';

/** A bundle of a month has some 800 blocks: well under a megabyte. */
const MAX_JSON_BYTES = 16 * 2 ** 20;

/** Throws a CommandFailure where something is in the way: before anything is asked for. */
export function requireNewFolder(path: string): void {
  if (!existsSync(path)) return;
  let names: string[];
  try {
    names = readdirSync(path);
  } catch (error) {
    throw new CommandFailure(`cannot unpack into ${path}: ${errorCode(error)}`, {
      hint: 'give a new folder',
      cause: error,
    });
  }
  if (names.length > 0) {
    throw new CommandFailure(`${path} is not empty, and stays as it is`, { hint: 'give a new folder' });
  }
}

/** Rejects with a CommandFailure; `path` is then as it was before. */
export async function unpackBundle(tar: AsyncIterable<Uint8Array>, path: string): Promise<Bundle> {
  requireNewFolder(path);
  const unfinished = `${resolve(path)}.part-${process.pid}`;
  const discard = () => rmSync(unfinished, { recursive: true, force: true });
  const forget = onWayOut(discard);
  try {
    await mkdir(dirname(unfinished), { recursive: true });
    await mkdir(unfinished);
    const bundle = await unpackAll(tar, unfinished);
    if (existsSync(path)) rmdirSync(path);
    await rename(unfinished, path);
    return bundle;
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    const what = error instanceof NotABundle ? error.message : errorCode(error);
    throw new CommandFailure(`the bundle was not unpacked into ${path}: ${what}`, {
      hint: 'nothing of it was kept',
      cause: error,
    });
  } finally {
    forget();
    discard();
  }
}

type Entry = Extract extends AsyncIterable<infer T> ? T : never;

class NotABundle extends Error {
  override readonly name = 'NotABundle';
}

async function unpackAll(tar: AsyncIterable<Uint8Array>, folder: string): Promise<Bundle> {
  const entries = extract();
  const source = Readable.from(tar);
  source.on('error', (error) => entries.destroy(error));
  source.pipe(entries);
  const unpacking = new Unpacking(folder);
  try {
    for await (const entry of entries) await unpacking.take(entry);
  } finally {
    source.destroy();
  }
  return unpacking.complete();
}

class Unpacking {
  readonly #folder: string;
  /** Known once bundle.json has come, which is first. */
  #bundle: Bundle | undefined;
  readonly #taken = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async take(entry: Entry): Promise<void> {
    const name = nameOf(entry);
    if (name === undefined) entry.resume();
    else if (name !== BUNDLE_FILE) await this.#takeFile(entry, name);
    else if (this.#bundle === undefined) this.#bundle = await this.#takeBundleFile(entry);
    else throw new NotABundle(`it has more than one ${BUNDLE_FILE}`);
  }

  /** Throws where something is missing. */
  complete(): Bundle {
    if (this.#bundle === undefined) throw new NotABundle(`it has no ${BUNDLE_FILE}`);
    const missing = Object.keys(this.#bundle.files).find((name) => !this.#taken.has(name));
    if (missing !== undefined) throw new NotABundle(`${missing} is missing: it is not complete`);
    return this.#bundle;
  }

  async #takeBundleFile(entry: Entry): Promise<Bundle> {
    if (entry.header.size > MAX_JSON_BYTES) throw new NotABundle(`${BUNDLE_FILE} is too large to be one`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    const text = Buffer.concat(chunks);
    const parsed = parseBundle(text.toString('utf8'));
    if (!parsed.ok) throw new NotABundle(parsed.reason);
    await writeNew(join(this.#folder, BUNDLE_FILE), [text]);
    return parsed.bundle;
  }

  async #takeFile(entry: Entry, name: string): Promise<void> {
    if (this.#bundle === undefined) throw new NotABundle(`${BUNDLE_FILE} does not come first`);
    const { files } = this.#bundle;
    const wanted = Object.hasOwn(files, name) ? files[name] : undefined;
    if (wanted === undefined || this.#taken.has(name)) {
      throw new NotABundle(`${BUNDLE_FILE} does not list ${name}, or it comes twice`);
    }
    if (entry.header.size !== wanted.bytes) throw new NotABundle(`${name} has another size than it should`);
    this.#taken.add(name);
    const path = join(this.#folder, name);
    await mkdir(dirname(path), { recursive: true });
    const hash = createHash('sha256');
    await writeNew(path, entry as AsyncIterable<Uint8Array>, (chunk) => hash.update(chunk));
    if (hash.digest('hex') !== wanted.sha256) throw new NotABundle(`${name} was changed or damaged`);
  }
}

/** The path below the one folder that a bundle's tar has; undefined for folders. Throws for whatever else there is. */
function nameOf({ header }: Entry): string | undefined {
  const { name, type } = header;
  if (type === 'directory') return undefined;
  const path = name.replace(/^(?:\.\/)?[^/]+\//, '');
  if (type === 'file' && path !== name && isBundlePath(path)) return path;
  throw new NotABundle(`it has an entry that no bundle has: ${printable(name.slice(0, 100))} (${type})`);
}

async function writeNew(
  path: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  see: (chunk: Uint8Array) => void = () => undefined,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    for await (const chunk of chunks) {
      see(chunk);
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
