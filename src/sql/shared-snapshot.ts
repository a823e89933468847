// A copy of the stored samples that statements of the next seconds share.
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProfileStore } from '../store/profile-store.ts';
import type { StoreSnapshot } from '../store/snapshot.ts';

/** So old is what a statement reads at most, beside the 5 s that samples may take to be stored. */
const KEEP_MS = 10_000;

interface Held {
  /** Where it lies; undefined until that has been made. */
  directory: string | undefined;
  taken: Promise<StoreSnapshot>;
  users: number;
  /** Nobody takes it any more. */
  old: boolean;
}

export class SharedSnapshot {
  readonly #store: Pick<ProfileStore, 'snapshot'>;
  readonly #directory: string;
  #held: Held | undefined;

  /** Snapshots lie in folders of `directory`, which exists. */
  constructor(store: Pick<ProfileStore, 'snapshot'>, directory: string) {
    this.#store = store;
    this.#directory = directory;
  }

  /** The snapshot stays as it is until the work has ended. */
  async use<T>(work: (snapshot: StoreSnapshot) => Promise<T>): Promise<T> {
    const held = (this.#held ??= this.#take());
    held.users++;
    try {
      return await work(await held.taken);
    } finally {
      held.users--;
      await removeIfUnused(held);
    }
  }

  #take(): Held {
    const held: Held = { directory: undefined, taken: this.#fill(() => held), users: 0, old: false };
    const retire = async () => {
      held.old = true;
      if (this.#held === held) this.#held = undefined;
      await removeIfUnused(held);
    };
    held.taken.then(
      () => setTimeout(() => void retire(), KEEP_MS).unref(),
      () => retire(),
    );
    return held;
  }

  async #fill(held: () => Held): Promise<StoreSnapshot> {
    const directory = await mkdtemp(join(this.#directory, 'snapshot-'));
    held().directory = directory;
    return this.#store.snapshot(directory);
  }
}

/** What cannot be removed goes with the whole folder, at the latest when the next service starts. */
async function removeIfUnused({ old, users, directory }: Held): Promise<void> {
  if (!old || users > 0 || directory === undefined) return;
  await rm(directory, { recursive: true, force: true }).catch(() => undefined);
}
