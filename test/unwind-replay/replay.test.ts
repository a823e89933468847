// The walker over copied stacks, against libgcc's own walks of the same stacks. Needs g++, no privilege.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWalks } from '../../bench/exactness/compare.ts';
import { Replayer } from '../../bench/exactness/replay.ts';
import { findMapping } from '../../bench/lib/recorded-processes.ts';
import { LEAF_FRAMES } from '../../src/collector/wire.gen.ts';
import type { SelfRecorded } from './self-recorder.ts';
import { recordItself } from './self-recorder.ts';

const PAIRS = 400;
/** The language's own unwinder, interrupted while it replaces its stack, can be followed by neither. */
const LEAST_EXACT = 0.97;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pilotlight-replay-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function judge(recorded: readonly SelfRecorded[]) {
  const replayer = new Replayer();
  return recorded.map(({ pair, reference }) => {
    const ours = replayer.walk(pair);
    const isMapped = (address: bigint) => findMapping(pair.space, address) !== undefined;
    const isSwitch = () => false;
    const context = { leafFrames: LEAF_FRAMES, stackCut: pair.stackCut, isMapped, isSwitch };
    return { ours, reference, ...compareWalks(ours, reference, context) };
  });
}

describe.each([
  ['a program without frame pointers', []],
  ['a static program', ['-static', '-DWITHOUT_THROWS']],
  ['a program that realigns its stack', ['-mstackrealign']],
  ['a program with frame pointers', ['-fno-omit-frame-pointer']],
])('the walk of %s', (_what, flags) => {
  it("gives libgcc's frames, one by one, up to the root", () => {
    const walks = judge(recordItself(folder, flags, PAIRS));
    expect(walks).toHaveLength(PAIRS);
    const others = walks.filter(({ verdict, ours }) => verdict !== 'same' || ours.end !== 'root');
    const kinds = others.map(({ verdict, ours, reference }) => `${verdict}: ${ours.end}, ${reference.end}`);
    expect(others.length, kinds.join('\n')).toBeLessThanOrEqual(PAIRS * (1 - LEAST_EXACT));
  });
});

it('keeps leaf and root frames of a deep stack, and says how many lie between', () => {
  const deep = judge(recordItself(folder, ['-fno-optimize-sibling-calls'], PAIRS)).filter(
    ({ reference }) => reference.frames.length > 600,
  );
  expect(deep.length).toBeGreaterThan(10);
  for (const { ours, reference } of deep) {
    expect(ours.frames.length).toBe(512);
    expect(ours.frames.length + ours.skipped).toBe(reference.frames.length);
    expect(ours.frames.slice(0, LEAF_FRAMES)).toEqual(reference.frames.slice(0, LEAF_FRAMES));
    expect(ours.frames.slice(LEAF_FRAMES)).toEqual(reference.frames.slice(-128));
  }
});

it('tells a wrong walk: with registers of another moment the frames differ', () => {
  const recorded = recordItself(folder, [], 50);
  const [first] = recorded;
  const mixed = recorded.slice(1).map(({ pair, reference }) => {
    const registers = pair.registers.slice();
    registers[16] = first!.pair.registers[16]!;
    return { pair: { ...pair, registers }, reference };
  });
  expect(judge(mixed).filter(({ verdict }) => verdict !== 'same').length).toBeGreaterThan(20);
});
