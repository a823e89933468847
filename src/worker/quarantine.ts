// Quarantine: objects that cost a worker its life are left alone for a while, else each batch would cost another.

const QUARANTINE_MS = 10 * 60_000;
const MAX_OBJECTS = 1024;

export class Quarantine<Key> {
  private readonly untilMs = new Map<Key, number>();

  add(object: Key, nowMs = performance.now()): void {
    this.untilMs.delete(object);
    this.untilMs.set(object, nowMs + QUARANTINE_MS);
    for (const oldest of this.untilMs.keys()) {
      if (this.untilMs.size <= MAX_OBJECTS) break;
      this.untilMs.delete(oldest);
    }
  }

  has(object: Key, nowMs = performance.now()): boolean {
    const until = this.untilMs.get(object);
    if (until === undefined) return false;
    if (nowMs < until) return true;
    this.untilMs.delete(object);
    return false;
  }
}
