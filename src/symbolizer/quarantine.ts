// Quarantine: objects that cost the worker its life are left alone for a while, else each batch would cost another.
import type { ObjectId } from '../model/code-object.ts';

const QUARANTINE_MS = 10 * 60_000;
const MAX_OBJECTS = 1024;

export class Quarantine {
  private readonly untilMs = new Map<ObjectId, number>();

  add(object: ObjectId, nowMs = performance.now()): void {
    this.untilMs.delete(object);
    this.untilMs.set(object, nowMs + QUARANTINE_MS);
    for (const oldest of this.untilMs.keys()) {
      if (this.untilMs.size <= MAX_OBJECTS) break;
      this.untilMs.delete(oldest);
    }
  }

  has(object: ObjectId, nowMs = performance.now()): boolean {
    const until = this.untilMs.get(object);
    if (until === undefined) return false;
    if (nowMs < until) return true;
    this.untilMs.delete(object);
    return false;
  }
}
