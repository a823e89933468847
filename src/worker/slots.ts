// Slots: at most so many tasks at once, the others wait in order.

export class Slots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(count: number) {
    this.free = count;
  }

  async use<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resume) => this.waiting.push(resume));
    try {
      return await task();
    } finally {
      // The slot goes straight to who waits longest.
      const resume = this.waiting.shift();
      if (resume === undefined) this.free++;
      else resume();
    }
  }
}
