// A profile kept in memory: what `record` collects, as a StackTable.
import type { CodeObject, ObjectId } from '../model/code-object.ts';
import type { Frame, SymbolResult } from '../model/frame.ts';
import type { Location, LocationId } from '../model/location.ts';
import type { ProfileBatch } from '../model/profile-batch.ts';
import type { StackId } from '../model/stack.ts';
import type { StackTable } from '../model/stack-table.ts';

export class MemoryProfile {
  readonly #stacks = new Map<
    StackId,
    { locations: readonly LocationId[]; count: number; weightNs: number }
  >();
  readonly #locations = new Map<LocationId, Location>();
  readonly #objects = new Map<ObjectId, CodeObject>();
  readonly #periods = new Map<number, number>();
  samples = 0;

  add(batch: ProfileBatch): void {
    for (const object of batch.objects) this.#objects.set(object.id, object);
    for (const location of batch.locations) this.#locations.set(location.id, location);
    for (const { id, locations } of batch.stacks) {
      if (!this.#stacks.has(id)) this.#stacks.set(id, { locations, count: 0, weightNs: 0 });
    }
    const { samples } = batch;
    for (let row = 0; row < samples.length; row++) {
      const stack = this.#stacks.get(samples.stackId[row]! as StackId)!;
      stack.count += samples.count[row]!;
      stack.weightNs += samples.weightNs[row]!;
      const period = samples.weightNs[row]! / samples.count[row]!;
      this.#periods.set(period, (this.#periods.get(period) ?? 0) + 1);
    }
    this.samples += samples.length;
  }

  /** `nameOf` gives the chain of a location, or why there is none. */
  async table(
    symbolize: (object: CodeObject, addresses: number[]) => Promise<SymbolResult[]>,
    standIn: (object: CodeObject, address: number) => Frame,
  ): Promise<StackTable> {
    const objects = [...this.#objects.values()];
    const objectIndex = new Map(objects.map((object, i) => [object.id, i]));
    const locations = [...this.#locations.values()];
    const locationIndex = new Map(locations.map((location, i) => [location.id, i]));
    const frames = new Array<Frame[]>(locations.length);
    const named = new Uint8Array(locations.length);
    await Promise.all(
      objects.map(async (object) => {
        const own = locations.flatMap((location, i) => (location.object === object.id ? [i] : []));
        const results = await symbolize(
          object,
          own.map((i) => locations[i]!.address),
        );
        own.forEach((i, k) => {
          const result = results[k]!;
          const chain = result.ok ? result.frames : [];
          named[i] = chain.length > 0 && object.kind !== 'marker' ? 1 : 0;
          frames[i] = chain.length > 0 ? chain : [standIn(object, locations[i]!.address)];
        });
      }),
    );
    const stacks = [...this.#stacks.values()].filter((stack) => stack.count > 0);
    const offsets = new Uint32Array(stacks.length + 1);
    stacks.forEach((stack, i) => (offsets[i + 1] = offsets[i]! + stack.locations.length));
    return {
      count: Float64Array.from(stacks, (stack) => stack.count),
      weightNs: Float64Array.from(stacks, (stack) => stack.weightNs),
      offsets,
      stackLocations: Uint32Array.from(
        stacks.flatMap((s) => s.locations.map((id) => locationIndex.get(id)!)),
      ),
      locationObject: Uint32Array.from(locations, (location) => objectIndex.get(location.object)!),
      locationAddress: Float64Array.from(locations, (location) => location.address),
      locationFrames: frames,
      locationNamed: named,
      objects,
      periodNs: [...this.#periods].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0,
    };
  }
}
