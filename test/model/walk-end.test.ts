// The stored numbers of walk ends are those of bpf/wire.h.
import { expect, it } from 'vitest';
import { WALK_ENDS as IN_KERNEL } from '../../src/collector/wire.gen.ts';
import { WALK_BY_POINTER, WALK_ENDS } from '../../src/model/walk-end.ts';

it('has the names of bpf/wire.h, in their order', () => {
  expect(WALK_ENDS).toEqual(IN_KERNEL);
  expect(WALK_ENDS.length).toBeLessThan(WALK_BY_POINTER);
});
