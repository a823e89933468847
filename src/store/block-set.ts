// The blocks of a store: which there are, windows read over them and the hot samples, blocks made, set aside, removed.
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TimeRange } from '../model/selector.ts';
import { adoptBlock, mergeDefinitions } from './block-adoption.ts';
import { BlockFolder, foldersOfBlocks, newBlockId } from './block-folder.ts';
import { BlockHealth } from './block-health.ts';
import type { BlockManifest } from './block-manifest.ts';
import type { StoredBlock } from './block-table.ts';
import {
  announceBlock,
  changeState,
  markBroken,
  overlap,
  publishBlock,
  readBlocks,
  readPins,
  removeBlock,
} from './block-table.ts';
import type { SealedSamples, StackIds } from './block-view.ts';
import { viewOverBlocks } from './block-view.ts';
import { describeBlock, writeBlock } from './block-writer.ts';
import type { HotDatabase } from './hot-database.ts';
import type { Tier } from './profile-store.ts';
import type { Statements } from './statements.ts';
import { reasonOf, StoreError } from './store-error.ts';

export interface BlockSetOptions {
  database: HotDatabase;
  readOnly: boolean;
  /** Value of the label `host`. */
  hostLabel: string;
  tell: (line: string) => void;
}

/** A block to be made. */
export interface NewBlock {
  tier: Tier;
  /** About when it begins: for its name. */
  fromMs: number;
  /** Ids of the blocks that it is made of. */
  replaces: readonly string[];
  /** Whether its samples come in the order of blocks already. */
  sorted: boolean;
  /** Gives the query for its samples, on the connection that reads them. */
  samples: (connection: DuckDBConnection) => Promise<string>;
  /** In the transaction that publishes it: takes its samples from where they were. False where they have changed. */
  replace: (statements: Statements, made: BlockManifest) => Promise<boolean>;
}

/** What is done with the samples of a range; `blocks` are those of it that have some. */
type ReadWork<T> = (connection: DuckDBConnection, blocks: readonly StoredBlock[]) => Promise<T>;
/** `stackIds`: whether the samples of blocks have those. */
interface ReadWindow {
  range: TimeRange;
  stackIds: StackIds;
}

type Reader<T> = (work: (connection: DuckDBConnection) => Promise<T>) => Promise<T>;
type Tried<T> = { ok: true; value: T } | { ok: false; error: unknown; blocks: readonly StoredBlock[] };

export class BlockSet {
  readonly #options: BlockSetOptions;
  readonly #health: BlockHealth;

  private constructor(options: BlockSetOptions) {
    this.#options = options;
    const { database, readOnly, tell } = options;
    this.#health = new BlockHealth({
      fault: (id, content) => this.folder(id).fault(content),
      tell,
      // Where this fails, it is found again at the next start.
      setAside: (id, reason) => {
        if (readOnly) return;
        database.write((statements) => markBroken(statements, id, reason)).catch(() => undefined);
      },
    });
  }

  /** Removes what an earlier process left half done, sets aside what cannot be read, and takes in what was brought. */
  static async open(options: BlockSetOptions): Promise<BlockSet> {
    const set = new BlockSet(options);
    if (!options.readOnly) await set.clearLeftovers();
    const stored = await options.database.read(readBlocks);
    for (const block of stored) await set.#checkAtOpening(block);
    if (!options.readOnly) await set.#adopt(stored);
    return set;
  }

  /** Live and broken ones, the oldest first. */
  async list(): Promise<StoredBlock[]> {
    return this.#options.database.read((connection) => this.listOn(connection));
  }

  /** The same, as of what the connection reads. */
  async listOn(connection: DuckDBConnection): Promise<StoredBlock[]> {
    return (await readBlocks(connection)).flatMap((block) => this.#health.shown(block) ?? []);
  }

  /**
   * Runs the work on a connection where `samples` are all that lie in the range. What cannot be read is left out. `stackIds`:
   * 'none' where the work reads no `stack_id`.
   */
  read<T>(range: TimeRange, work: ReadWork<T>, stackIds: StackIds = 'join'): Promise<T> {
    return this.#readUntilSound({ range, stackIds }, work, (reading) => this.#options.database.read(reading));
  }

  /** The same for work that takes seconds. It may begin anew: where one of the blocks cannot be read after all. */
  readForUpkeep<T>(range: TimeRange, work: ReadWork<T>): Promise<T> {
    return this.#readUntilSound({ range, stackIds: 'join' }, work, (reading) =>
      this.#options.database.readForUpkeep(reading),
    );
  }

  async #readUntilSound<T>(window: ReadWindow, work: ReadWork<T>, reader: Reader<Tried<T>>): Promise<T> {
    for (;;) {
      const tried = await this.#tryToRead(window, work, reader);
      if (tried.ok) return tried.value;
      if (tried.error instanceof StoreError || !(await this.#anyBroken(tried.blocks))) throw tried.error;
    }
  }

  /** Writes a block beside reading and writing; null where its samples changed meanwhile, and nothing was done. */
  async make(wanted: NewBlock): Promise<BlockManifest | null> {
    const { database } = this.#options;
    const folder = this.folder(newBlockId(wanted.fromMs, wanted.tier));
    await database.write((statements) => announceBlock(statements, folder.id, wanted.tier));
    const { manifest, bytes } = await this.#writeWhole(folder, wanted);
    // Whatever becomes of this transaction, its row says it, and the files stay or go by that.
    const done = await database.write(async (statements) => {
      if (!(await wanted.replace(statements, manifest))) return false;
      await publishBlock(statements, manifest, bytes);
      for (const id of wanted.replaces) await changeState(statements, id, 'gone');
      return true;
    });
    if (!done) return null;
    this.#health.trust(folder.id);
    return manifest;
  }

  /** From here on no question sees them; their files go when no reader knows of them any more. */
  async delete(blocks: readonly StoredBlock[]): Promise<void> {
    await this.#options.database.write(async (statements) => {
      // A window may have been pinned since the blocks were chosen.
      const pins = await readPins(statements.connection);
      const free = blocks.filter((block) => !pins.some((pin) => overlap(pin, block)));
      for (const { id } of free) await changeState(statements, id, 'gone');
    });
  }

  /** Removes blocks that were never finished, and those that are gone: files first, so that their rows tell of them. */
  async clearLeftovers(): Promise<void> {
    const { database } = this.#options;
    const stored = await database.read(readBlocks);
    const left = stored.filter(({ state }) => state === 'sealing' || state === 'gone');
    if (left.length === 0) return;
    await database.readersLeft();
    for (const { id } of left) {
      await this.folder(id).remove();
      this.#health.forget(id);
    }
    await database.write(async (statements) => {
      for (const { id } of left) await removeBlock(statements, id);
    });
  }

  /** Blocks that nobody has read yet, together of about so many bytes. */
  async unverified(maxBytes: number): Promise<string[]> {
    let bytes = 0;
    const unread = (await this.list()).filter(
      ({ id, state }) => state === 'live' && !this.#health.isKnownSound(id),
    );
    return unread.filter((block) => (bytes += block.bytes) - block.bytes < maxBytes).map(({ id }) => id);
  }

  /** Reads blocks through; resolves to those that were set aside. */
  async verify(ids: readonly string[]): Promise<string[]> {
    const bad: string[] = [];
    for (const id of ids) if (!(await this.#health.isSound(id))) bad.push(id);
    return bad;
  }

  folder(id: string): BlockFolder {
    return new BlockFolder(this.#options.database.dir.blocks, id);
  }

  /** Where the samples of a block are. */
  readonly sealed = ({ id, tier, format }: StoredBlock): SealedSamples => ({
    path: this.folder(id).path,
    tier,
    format,
  });

  #tryToRead<T>(
    { range, stackIds }: ReadWindow,
    work: ReadWork<T>,
    reader: Reader<Tried<T>>,
  ): Promise<Tried<T>> {
    return reader(async (connection) => {
      const blocks = await this.#blocksOf(connection, range);
      try {
        await viewOverBlocks(connection, blocks.map(this.sealed), range, stackIds);
        return { ok: true, value: await work(connection, blocks) };
      } catch (error) {
        return { ok: false, error, blocks };
      }
    });
  }

  /** Those that have samples in the range and can be read. */
  async #blocksOf(connection: DuckDBConnection, range: TimeRange): Promise<StoredBlock[]> {
    const found: StoredBlock[] = [];
    for (const block of await readBlocks(connection)) {
      const wanted = this.#health.shown(block)?.state === 'live' && overlap(block, range);
      if (wanted && (await this.#health.isSound(block.id))) found.push(block);
    }
    return found;
  }

  /** After a read failed: whether that was because of one of its blocks, which then is no longer read. */
  async #anyBroken(blocks: readonly StoredBlock[]): Promise<boolean> {
    for (const { id } of blocks) this.#health.forget(id);
    const sound = await Promise.all(blocks.map(({ id }) => this.#health.isSound(id)));
    return sound.includes(false);
  }

  /** Live ones must be there and whole by their sizes; broken ones may have been mended. */
  async #checkAtOpening({ id, state, format }: StoredBlock): Promise<void> {
    if (state === 'live') await this.#health.look(id);
    // Only who may write can take a block back: what it refers to may have been deleted meanwhile.
    if (state !== 'broken' || this.#options.readOnly || (await this.folder(id).fault(true)) !== '') return;
    await this.#options.database.write(async (statements) => {
      await mergeDefinitions(statements, this.folder(id), format);
      await changeState(statements, id, 'live');
    });
    this.#health.trust(id);
    this.#options.tell(`block ${id} can be read again`);
  }

  /** Folders that no row knows: from another store, or of this one before its database was lost. */
  async #adopt(stored: readonly StoredBlock[]): Promise<void> {
    const { database, tell } = this.#options;
    const known = new Set(stored.map(({ id }) => id));
    for (const id of await foldersOfBlocks(database.dir.blocks)) {
      if (known.has(id)) continue;
      const folder = this.folder(id);
      const fault = (await folder.fault(true)) || (await adoptBlock(database, folder).catch(reasonOf));
      if (fault === '') this.#health.trust(id);
      tell(fault === '' ? `block ${id} was taken in` : `block ${id} is left alone: ${fault}`);
    }
  }

  async #writeWhole(
    folder: BlockFolder,
    wanted: NewBlock,
  ): Promise<{ manifest: BlockManifest; bytes: number }> {
    try {
      const content = await this.#options.database.readForUpkeep((connection) =>
        this.#write(connection, folder, wanted),
      );
      return await folder.finish(content);
    } catch (error) {
      // A full disk needs the room at once; the row goes with the next step.
      await folder.remove();
      throw error;
    }
  }

  async #write(connection: DuckDBConnection, folder: BlockFolder, wanted: NewBlock) {
    const { tier, replaces, sorted } = wanted;
    const samples = await wanted.samples(connection);
    const sums = await writeBlock(connection, await folder.begin(), { tier, sql: samples, sorted });
    return describeBlock(connection, { tier, host: this.#options.hostLabel, replaces }, sums);
  }
}
