// From runtime addresses to locations, on stacks and mappings written by hand.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute, LOST_STACK, resolveStack } from '../../src/collector/attribution.ts';
import type { AttributedStack } from '../../src/collector/attribution.ts';
import { KernelAddresses } from '../../src/collector/kernel-addresses.ts';
import { ObjectRef } from '../../src/collector/object-ref.ts';
import { TrackedProcess } from '../../src/collector/process-table.ts';
import type { RawStack } from '../../src/collector/sample-decoder.ts';
import {
  FRAME_BY_POINTER,
  FRAME_EXACT,
  LEAF_FRAMES,
  MAX_KERNEL_FRAMES,
  MAX_USER_FRAMES,
} from '../../src/collector/wire.gen.ts';
import type { CodeObject } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import { markerName } from '../../src/model/location.ts';
import { stackId } from '../../src/model/stack.ts';
import type { WalkEnd } from '../../src/model/walk-end.ts';
import { WALK_ENDS } from '../../src/model/walk-end.ts';

const KERNEL_BASE = 0xffff_ffff_c000_0000n;

function raw(
  fields: { kernel?: readonly bigint[]; user?: readonly bigint[]; end?: WalkEnd } & Partial<
    Omit<RawStack, 'kernel' | 'user'>
  >,
): RawStack {
  const { kernel = [], user = [], end = 'root', ...rest } = fields;
  return {
    hash: 1n,
    kernel: BigUint64Array.from(kernel),
    user: BigUint64Array.from(user),
    skipped: 0,
    walkEnd: WALK_ENDS.indexOf(end),
    pending: null,
    kthread: false,
    kernelError: false,
    ...rest,
  };
}

function elf(path: string): CodeObject {
  return { id: objectId('elf', 'elf', path), kind: 'elf', buildId: '', path, size: 0, addressing: 'elf' };
}

/** /bin/app: 0x1000 bytes of code at file offset 0x1000, ELF address 0x401000, mapped at 0x5000. JIT code at 0x8000. */
function tracked(): TrackedProcess {
  const process = new TrackedProcess(7, 100, 'app');
  const app = new ObjectRef('file', '/bin/app', '');
  app.object = elf('/bin/app');
  app.segments = [{ offset: 0x1000, vaddr: 0x401000, filesz: 0x1000 }];
  process.space.add({ start: 0x5000n, end: 0x6000n, offset: 0x1000, ref: app });
  const jit = new ObjectRef('jit', '[jit 7]', '');
  jit.object = { ...elf('[jit 7]'), kind: 'jit', addressing: 'absolute' };
  process.space.add({ start: 0x8000n, end: 0x9000n, offset: 0x8000, ref: jit });
  return process;
}

const kernel = new KernelAddresses();
kernel.addBpf('bpf_prog_1_tick', KERNEL_BASE, 0x1000n);

/** Leaf first: `object+address`, or the marker. */
function shown(attributed: AttributedStack): string[] {
  return resolveStack(attributed).located.map(({ location, object }) =>
    object.kind === 'marker'
      ? markerName(object, location.address)
      : `${object.path}+${location.address.toString(16)}`,
  );
}
const of = (fields: Parameters<typeof raw>[0]): string[] =>
  shown(attribute(raw(fields), tracked().space, kernel));

describe('attribute', () => {
  it('gives the leaf its own address and every caller the one before its return address', () => {
    expect(of({ user: [0x5010n, 0x5020n, 0x5030n] })).toEqual([
      '/bin/app+401010',
      '/bin/app+40101f',
      '/bin/app+40102f',
    ]);
  });

  it('finds a call at the very end of a mapping, and nothing by its end as a leaf', () => {
    // The last instruction of the code calls what never returns: the return address lies beyond it.
    expect(of({ user: [0x5010n, 0x6000n] })).toEqual(['/bin/app+401010', '/bin/app+401fff']);
    expect(of({ user: [0x6000n] })).toEqual(['[unknown]']);
    expect(of({ user: [0x5010n, 0x5000n] })).toEqual(['/bin/app+401010', '[unknown]']);
  });

  it('puts kernel frames before user frames, each part with a leaf of its own', () => {
    expect(of({ kernel: [KERNEL_BASE, KERNEL_BASE + 8n], user: [0x5010n, 0x5020n] })).toEqual([
      'bpf_prog_1_tick+0',
      'bpf_prog_1_tick+7',
      '/bin/app+401010',
      '/bin/app+40101f',
    ]);
  });

  it('keeps runtime addresses where code was made at run time', () => {
    expect(of({ user: [0x8004n, 0x8010n] })).toEqual(['[jit 7]+8004', '[jit 7]+800f']);
  });

  it('shows a run of addresses in nothing as one unknown frame', () => {
    expect(of({ user: [0x5010n, 1n, 2n, 3n, 0x5020n, 4n] })).toEqual([
      '/bin/app+401010',
      '[unknown]',
      '/bin/app+40101f',
      '[unknown]',
    ]);
  });

  it('says where the deepest frames are missing', () => {
    const deep = (leaf: bigint) => Array.from({ length: MAX_KERNEL_FRAMES }, () => leaf);
    const both = of({ kernel: deep(KERNEL_BASE + 1n), user: [0x5010n] });
    expect(both.slice(-2)).toEqual(['[truncated]', '/bin/app+401010']);
  });

  it('takes a frame that a signal interrupted as it is, and drops the marks beside addresses', () => {
    expect(of({ user: [0x5010n, 0x5020n | FRAME_EXACT, 0x5030n | FRAME_BY_POINTER] })).toEqual([
      '/bin/app+401010',
      '/bin/app+401020',
      '/bin/app+40102f',
    ]);
  });

  it('says how many frames were left out between leaf and root frames', () => {
    const frames = of({ user: Array.from({ length: MAX_USER_FRAMES }, () => 0x5010n), skipped: 88 });
    expect(frames[LEAF_FRAMES]).toBe('[… 88 frames]');
    expect(frames).toHaveLength(MAX_USER_FRAMES + 1);
  });

  it.each([
    ['noTable', '[no unwind table yet]'],
    ['noRule', '[no unwind info: app]'],
    ['unsupported', '[unsupported unwind rule]'],
    ['badRead', '[bad stack]'],
    ['jit', '[jit]'],
    ['noProcess', '[unknown process]'],
    ['tooDeep', '[truncated]'],
    ['exiting', '[exec or exit]'],
    ['copyEnded', '[truncated]'],
  ] as const)('ends the stack of a walk that ended with %s in %s', (end, marker) => {
    expect(of({ user: [0x5010n], end })).toEqual(['/bin/app+401010', marker]);
  });

  it('says which part of a stack could not be read', () => {
    expect(of({ kernelError: true, user: [0x5010n] })).toEqual(['[no kernel stack]', '/bin/app+401010']);
    expect(of({})).toEqual(['[no user stack]']);
    expect(of({ kthread: true, kernelError: true })).toEqual(['[no kernel stack]']);
    expect(of({ kthread: true })).toEqual(['[no kernel stack]']);
  });

  it('expects no user stack of a kernel thread', () => {
    expect(of({ kthread: true, kernel: [KERNEL_BASE] })).toEqual(['bpf_prog_1_tick+0']);
  });

  it('names the objects that must be read first, each once', () => {
    const process = tracked();
    const { refs } = attribute(raw({ user: [0x5010n, 0x5020n, 0x8004n, 1n] }), process.space, kernel);
    expect([...refs].map((ref) => ref.path)).toEqual(['/bin/app', '[jit 7]']);
  });

  it('gives every stack at least one location, and an id made of its locations', () => {
    const address = fc.oneof(
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: 0x4ffen, max: 0x6002n }),
      fc.bigInt({ min: KERNEL_BASE - 2n, max: KERNEL_BASE + 0x1002n }),
    );
    const stacks = fc.record({
      kernel: fc.array(address, { maxLength: MAX_KERNEL_FRAMES, size: 'max' }),
      user: fc.array(address, { maxLength: MAX_USER_FRAMES, size: 'max' }),
      skipped: fc.nat(2),
      end: fc.constantFrom(...WALK_ENDS),
      kthread: fc.boolean(),
      kernelError: fc.boolean(),
    });
    const process = tracked();
    fc.assert(
      fc.property(stacks, (fields) => {
        const { stack, located } = resolveStack(attribute(raw(fields), process.space, kernel));
        expect(stack.locations.length).toBeGreaterThan(0);
        expect(stack.locations.length).toBeLessThanOrEqual(MAX_KERNEL_FRAMES + MAX_USER_FRAMES + 4);
        expect(stack.locations).toEqual(located.map(({ location }) => location.id));
        expect(stack.id).toBe(stackId(stack.locations));
        for (const { location, object } of located) {
          expect(location.object).toBe(object.id);
          expect(location.address >= 0 && Number.isInteger(location.address)).toBe(true);
        }
      }),
      { numRuns: 200, seed: 8 },
    );
  });

  it('gives the same stack the same id wherever the program was loaded', () => {
    const here = tracked();
    const there = new TrackedProcess(8, 200, 'app');
    there.space.add({
      start: 0x7f00_0000_0000n,
      end: 0x7f00_0000_1000n,
      offset: 0x1000,
      ref: here.space.mappings[0]!.ref,
    });
    const ids = [
      attribute(raw({ user: [0x5010n, 0x5020n] }), here.space, kernel),
      attribute(raw({ user: [0x7f00_0000_0010n, 0x7f00_0000_0020n] }), there.space, kernel),
    ].map((attributed) => resolveStack(attributed).stack.id);
    expect(ids[0]).toBe(ids[1]);
  });
});

describe('LOST_STACK', () => {
  it('is one marker', () => {
    expect(shown(LOST_STACK)).toEqual(['[lost stack]']);
  });
});
