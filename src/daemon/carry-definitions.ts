// When a batch is dropped: later batches refer to what it defined.
import type { ProfileBatch } from '../model/profile-batch.ts';

/** Moves definitions that later batches need into the first of them. */
export function carryDefinitions(dropped: ProfileBatch, later: readonly ProfileBatch[]): void {
  const next = later[0];
  if (!next) return;
  const processIds = new Set(
    later.flatMap(({ samples }) => [...samples.processId.subarray(0, samples.length)]),
  );
  next.processes = [...dropped.processes.filter(({ id }) => processIds.has(id)), ...next.processes];
  const stackIds = new Set(later.flatMap(({ samples }) => [...samples.stackId.subarray(0, samples.length)]));
  next.stacks = [...dropped.stacks.filter(({ id }) => stackIds.has(id)), ...next.stacks];
  const locationIds = new Set(later.flatMap(({ stacks }) => stacks.flatMap(({ locations }) => locations)));
  next.locations = [...dropped.locations.filter(({ id }) => locationIds.has(id)), ...next.locations];
  const objectIds = new Set(later.flatMap(({ locations }) => locations.map(({ object }) => object)));
  next.objects = [...dropped.objects.filter(({ id }) => objectIds.has(id)), ...next.objects];
}
