// SpanColumns: ranges of code with their owners, as they come; then found by bisection.
import { ascendingOrder } from '../../binary/address-sort.ts';
import { flatten, type SymbolIndex } from '../symbol-index.ts';

/** Which owner an address has where ranges overlap. */
export type Precedence = 'first-owner' | 'last-owner';

const LARGEST = 0xffff_ffff;

export class SpanColumns {
  private starts = new Float64Array(256);
  private ends = new Float64Array(256);
  private owners = new Uint32Array(256);
  length = 0;

  push(start: number, end: number, owner: number): void {
    if (this.length === this.starts.length) this.grow();
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.owners[this.length++] = owner;
  }

  /** The index keeps nothing of the columns, which may be filled anew. */
  index(precedence: Precedence): SymbolIndex {
    const { length } = this;
    const order = ascendingOrder(this.starts.subarray(0, length));
    const start = new Float64Array(length);
    const end = new Float64Array(length);
    const name = new Uint32Array(length);
    for (let i = 0; i < length; i++) {
      const row = order[i]!;
      start[i] = this.starts[row]!;
      end[i] = this.ends[row]!;
      name[i] = this.owners[row]!;
    }
    const priority = precedence === 'last-owner' ? name : name.map((owner) => LARGEST - owner);
    return flatten({ start, end, priority, name });
  }

  private grow(): void {
    const [starts, ends, owners] = [this.starts, this.ends, this.owners];
    const capacity = this.length * 2;
    this.starts = new Float64Array(capacity);
    this.ends = new Float64Array(capacity);
    this.owners = new Uint32Array(capacity);
    this.starts.set(starts);
    this.ends.set(ends);
    this.owners.set(owners);
  }
}
