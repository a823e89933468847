// SpanColumns: ranges of code with their owners, as they come; then found by bisection.
import { ascendingOrder } from '../../binary/address-sort.ts';
import { flatten, type SymbolIndex } from '../symbol-index.ts';

/** Which owner an address has where ranges overlap. */
export type Precedence = 'first-owner' | 'last-owner';

const LARGEST = 0xffff_ffff;
/** Up to here sorting by insertion is the faster way. */
const FEW = 64;

/** May be filled and indexed again and again: its columns stay. */
export class SpanColumns {
  private capacity = 256;
  private starts = new Float64Array(this.capacity);
  private ends = new Float64Array(this.capacity);
  private owners = new Uint32Array(this.capacity);
  length = 0;

  push(start: number, end: number, owner: number): void {
    if (this.length === this.capacity) this.grow();
    this.starts[this.length] = start;
    this.ends[this.length] = end;
    this.owners[this.length++] = owner;
  }

  /** Sorts the columns; the index keeps nothing of them. */
  index(precedence: Precedence): SymbolIndex {
    if (this.length <= FEW) this.sortFew();
    else this.sortMany();
    const start = this.starts.subarray(0, this.length);
    const end = this.ends.subarray(0, this.length);
    const name = this.owners.subarray(0, this.length);
    const priority = precedence === 'last-owner' ? name : name.map((owner) => LARGEST - owner);
    return flatten({ start, end, priority, name });
  }

  private sortFew(): void {
    const { starts, ends, owners, length } = this;
    for (let i = 1; i < length; i++) {
      const [start, end, owner] = [starts[i]!, ends[i]!, owners[i]!];
      let at = i;
      for (; at > 0 && starts[at - 1]! > start; at--) {
        starts[at] = starts[at - 1]!;
        ends[at] = ends[at - 1]!;
        owners[at] = owners[at - 1]!;
      }
      starts[at] = start;
      ends[at] = end;
      owners[at] = owner;
    }
  }

  private sortMany(): void {
    const order = ascendingOrder(this.starts.subarray(0, this.length));
    const { starts, ends, owners } = this;
    this.renew();
    order.forEach((row, i) => {
      this.starts[i] = starts[row]!;
      this.ends[i] = ends[row]!;
      this.owners[i] = owners[row]!;
    });
  }

  private grow(): void {
    const { starts, ends, owners } = this;
    this.capacity *= 2;
    this.renew();
    this.starts.set(starts);
    this.ends.set(ends);
    this.owners.set(owners);
  }

  private renew(): void {
    this.starts = new Float64Array(this.capacity);
    this.ends = new Float64Array(this.capacity);
    this.owners = new Uint32Array(this.capacity);
  }
}
