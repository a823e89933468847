// A ProfileStore that keeps what is appended, and refuses when a test says so.
import type { CodeObject } from '../../src/model/code-object.ts';
import type { Location } from '../../src/model/location.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import type { LedgerRow, ProfileStore, SymbolRow } from '../../src/store/profile-store.ts';
import { fakeStore } from './fake-store.ts';

export class RecordingStore {
  readonly batches: ProfileBatch[] = [];
  readonly symbols: SymbolRow[] = [];
  ledgerRows: readonly LedgerRow[] = [];
  unnamed: { object: CodeObject; locations: Location[] }[] = [];
  /** Why the next appends fail; null when they work. */
  refusal: string | null = null;
  attempts = 0;

  readonly store: ProfileStore = {
    ...fakeStore(),
    append: (batch, ledger, symbols = []) => {
      this.attempts++;
      if (this.refusal !== null) return Promise.reject(new Error(this.refusal));
      this.batches.push(batch);
      this.ledgerRows = ledger;
      this.symbols.push(...symbols);
      return Promise.resolve();
    },
    appendSymbols: (rows) => {
      if (this.refusal !== null) return Promise.reject(new Error(this.refusal));
      this.symbols.push(...rows);
      return Promise.resolve();
    },
    unnamedLocations: () => Promise.resolve(this.unnamed),
    ledger: (session) => Promise.resolve(this.ledgerRows.filter((row) => row.session === session)),
  };

  get samples(): number {
    return this.batches.reduce((sum, { samples }) => sum + samples.length, 0);
  }
}
