// (parent, what is below it) → child node: an open-addressing hash of typed arrays. A `Map` with number keys took three
// times as long on 20,000 stacks of 30 frames, and building trees runs on the thread that answers requests.

/** Numbers of a slot: node + 1 (0 where empty), parent, function; side by side, since looking is waiting for memory. */
const WIDTH = 4;

export class ChildIndex {
  #slots: Int32Array;
  #mask: number;
  /** Parent and function of each node; both grow with the number of nodes. */
  parents: Int32Array;
  functions: Int32Array;
  size = 0;

  constructor(expected = 1024) {
    const slots = 1 << Math.max(4, Math.ceil(Math.log2(expected * 2)));
    this.#slots = new Int32Array(slots * WIDTH);
    this.#mask = slots - 1;
    this.parents = new Int32Array(slots >> 1);
    this.functions = new Int32Array(slots >> 1);
  }

  /** The child of `parent` for `fn`, made on first sight; new nodes are numbered 0, 1, 2, … in order. */
  child(parent: number, fn: number): number {
    const slots = this.#slots;
    for (let slot = hash(parent, fn) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * WIDTH;
      const node = slots[at]!;
      if (node === 0) break;
      if (slots[at + 1] === parent && slots[at + 2] === fn) return node - 1;
    }
    if (this.size === this.parents.length) this.#grow();
    const node = this.size++;
    this.parents[node] = parent;
    this.functions[node] = fn;
    this.#put(node);
    return node;
  }

  #put(node: number): void {
    const [parent, fn] = [this.parents[node]!, this.functions[node]!];
    let slot = hash(parent, fn) & this.#mask;
    while (this.#slots[slot * WIDTH] !== 0) slot = (slot + 1) & this.#mask;
    const at = slot * WIDTH;
    this.#slots[at] = node + 1;
    this.#slots[at + 1] = parent;
    this.#slots[at + 2] = fn;
  }

  /** Half of the slots at most are taken. */
  #grow(): void {
    const slots = (this.#slots.length / WIDTH) * 2;
    this.#slots = new Int32Array(slots * WIDTH);
    this.#mask = slots - 1;
    this.parents = widened(this.parents, slots >> 1);
    this.functions = widened(this.functions, slots >> 1);
    for (let node = 0; node < this.size; node++) this.#put(node);
  }
}

function widened(column: Int32Array, length: number): Int32Array {
  const wide = new Int32Array(length);
  wide.set(column);
  return wide;
}

/** Fibonacci-style mixing; children of one parent and of neighbouring parents must not share runs of slots. */
function hash(parent: number, fn: number): number {
  let h = Math.imul(parent + 1, 0x9e3779b1) ^ Math.imul(fn + 1, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return h ^ (h >>> 13);
}
