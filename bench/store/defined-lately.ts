// What was defined in a batch lately, by number: it need not be defined again, as with the collector's `Definitions`.
import { Definitions } from '../../src/collector/batch-builder.ts';

export class DefinedLately {
  /** Of each number, the term in which it was defined; 0 for never. */
  #terms = new Uint32Array(1024);
  #term = 1;
  #count = 0;

  /** True where it must be defined (again); it then counts as defined. */
  define(number: number): boolean {
    if (number >= this.#terms.length) this.#grow(number);
    if (this.#terms[number] === this.#term) return false;
    this.#terms[number] = this.#term;
    this.#count++;
    return true;
  }

  /** Before each batch: beyond the collector's limit everything is forgotten, and defined again. */
  trim(): void {
    if (this.#count <= Definitions.LIMIT) return;
    this.#term++;
    this.#count = 0;
  }

  #grow(number: number): void {
    const terms = new Uint32Array(Math.max(number + 1, this.#terms.length * 2));
    terms.set(this.#terms);
    this.#terms = terms;
  }
}
