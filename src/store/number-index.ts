// Numbers from 0 on for numbers that are nearly as dense, such as those of stored locations: a stack of 40 frames looks up as
// many of them, and a table asks no hash.

/** Numbers of a page: those of locations that are used together were given together. */
const PAGE_BITS = 10;
const PAGE = 1 << PAGE_BITS;

/** Numbers are numbered in order of first sight. 8 to 16 bytes per number where pages are full. */
export class NumberIndex {
  /** By the upper bits of a number: its page's place among the pages + 1, 0 where nothing of it was seen. */
  #pages = new Uint32Array(64);
  #pageCount = 0;
  /** Index + 1 of each number, page by page; 0 where it has none. */
  #slots = new Uint32Array(4 * PAGE);
  #numbers = new Uint32Array(PAGE);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#pages.byteLength + this.#slots.byteLength + this.#numbers.byteLength;
  }

  /** The number's index, a new one where it has none yet. */
  add(number: number): number {
    const slot = this.#slotOf(number);
    const known = this.#slots[slot]!;
    if (known > 0) return known - 1;
    const index = this.reserve();
    this.#numbers[index] = number;
    this.#slots[slot] = index + 1;
    return index;
  }

  /** An index that is no number's. */
  reserve(): number {
    if (this.#size === this.#numbers.length) this.#numbers = widened(this.#numbers, 2 * this.#size);
    return this.#size++;
  }

  numberOf(index: number): number {
    return this.#numbers[index]!;
  }

  #slotOf(number: number): number {
    const upper = number >>> PAGE_BITS;
    const page = upper < this.#pages.length ? this.#pages[upper]! : 0;
    return (page > 0 ? page - 1 : this.#addPage(upper)) * PAGE + (number & (PAGE - 1));
  }

  #addPage(upper: number): number {
    if (upper >= this.#pages.length) {
      this.#pages = widened(this.#pages, Math.max(upper + 1, 2 * this.#pages.length));
    }
    const page = this.#pageCount++;
    this.#pages[upper] = page + 1;
    if ((page + 1) * PAGE > this.#slots.length) this.#slots = widened(this.#slots, 2 * this.#slots.length);
    return page;
  }
}

function widened(numbers: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(length);
  wide.set(numbers);
  return wide;
}
