// LastUsed: the values that were asked for last.

export class LastUsed<K, V> {
  private readonly most: number;
  /** In the order of their last use. */
  private readonly values = new Map<K, V>();

  constructor(most: number) {
    this.most = most;
  }

  /** What `make` throws is thrown, and nothing is kept. */
  get(key: K, make: () => V): V {
    const known = this.values.get(key);
    if (known !== undefined) this.values.delete(key);
    const value = known ?? make();
    this.values.set(key, value);
    if (this.values.size > this.most) {
      const [oldest] = this.values.keys();
      this.values.delete(oldest!);
    }
    return value;
  }
}
