// A stripped program was sampled; its debug file comes later, and the old window shows functions, lines and inlined
// calls without a restart. On the real store and the real symbolizer, with a program that gcc builds.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NamingAgain } from '../../src/daemon/naming-again.ts';
import type { CodeObject } from '../../src/model/code-object.ts';
import type { Location, ObjectAddress } from '../../src/model/location.ts';
import { locationId } from '../../src/model/location.ts';
import type { ProfileBatch } from '../../src/model/profile-batch.ts';
import type { ObjectSource } from '../../src/model/object-source.ts';
import { stackId } from '../../src/model/stack.ts';
import type { ProfileStore } from '../../src/store/profile-store.ts';
import { Symbolizer } from '../../src/symbolizer/symbolizer.ts';
import { EVER, textBatch, withStore } from '../store/text-profile.ts';
import { codeObject, FixtureFolder, PathSource, run } from '../support/symbolizer-fixtures.ts';

const SOURCE = `volatile int sum;
static inline __attribute__((always_inline)) void inner(int i) {
  sum += i;
}
__attribute__((noinline)) void outer(int n) {
  for (int i = 0; i < n; i++) inner(i);
}
int main(int argc, char **argv) { outer(argc); return sum; }
`;

/** The host's files, but for debug files: those lie in a folder of the test's. */
class HostWithDebugFiles extends PathSource {
  readonly root: string;

  constructor(root: string) {
    super();
    this.root = root;
  }

  override openCompanion(object: CodeObject | null, path: string): ReturnType<ObjectSource['openCompanion']> {
    return super.openCompanion(object, join(this.root, path));
  }
}

const folder = new FixtureFolder();
let workerUrl: URL;
let object: CodeObject;
/** ELF addresses of `outer`, and the chain that addr2line gives for each from the program that was not stripped. */
const chains = new Map<number, string[]>();
let debugFile: string;

beforeAll(() => {
  workerUrl = new URL('worker.js', folder.compiled('symbolizer'));
  const whole = folder.gcc('whole', SOURCE, ['-g', '-O1', '-Wl,--build-id=sha1']);
  const stripped = join(folder.path, 'stripped');
  debugFile = join(folder.path, 'whole.debug');
  execFileSync('objcopy', ['--only-keep-debug', whole, debugFile]);
  execFileSync('strip', ['-o', stripped, whole]);
  const buildId = /Build ID: ([0-9a-f]+)/.exec(run('readelf', ['-n', whole]))![1]!;
  object = codeObject({ kind: 'elf', path: stripped, buildId });
  const [start, size] = /^([0-9a-f]+) ([0-9a-f]+) T outer$/m.exec(run('nm', ['-S', whole]))!.slice(1);
  for (let at = parseInt(start!, 16); at < parseInt(start!, 16) + parseInt(size!, 16); at++) {
    chains.set(at, chainByAddr2line(whole, at));
  }
});
afterAll(() => folder.remove());

/** `function file:line`, innermost first. */
function chainByAddr2line(program: string, address: number): string[] {
  const lines = run('addr2line', ['-i', '-f', '-e', program, address.toString(16)])
    .trim()
    .split('\n');
  return Array.from({ length: lines.length / 2 }, (_, i) => `${lines[2 * i]!} ${placeOf(lines[2 * i + 1]!)}`);
}

const placeOf = (text: string) => basename(text).replace(/ \(discriminator \d+\)$/, '');

/** One sample at each of the addresses. */
function batchOf(addresses: readonly number[]): ProfileBatch {
  const batch = textBatch(`main\n${addresses.length}`);
  const locations = addresses.map((address): Location => {
    return { id: locationId(object.id, address), object: object.id, address: address as ObjectAddress };
  });
  batch.stacks = locations.map(({ id }) => ({ id: stackId([id]), locations: [id] }));
  batch.stacks.forEach(({ id }, row) => (batch.samples.stackId[row] = id));
  return { ...batch, locations, objects: [object] };
}

async function storedChains(store: ProfileStore): Promise<Map<number, string[]>> {
  const { locationAddress, locationFrames } = await store.stacks([], EVER);
  return new Map(
    locationFrames.map((frames, at) => [
      locationAddress[at]!,
      frames.map(({ name, file, line }) => (file === '' ? name : `${name} ${basename(file)}:${line}`)),
    ]),
  );
}

describe('a debug file that comes later', () => {
  it('names what was sampled before, as addr2line names the program that was not stripped', async () => {
    const symbolizer = new Symbolizer({
      source: new HostWithDebugFiles(join(folder.path, 'root')),
      workerUrl,
    });
    await withStore(async (store) => {
      const naming = new NamingAgain({ symbolizer, store, busy: () => false });
      await store.append(batchOf([...chains.keys()]), []);
      await naming.round();
      expect(new Set([...(await storedChains(store)).values()].flat())).toEqual(new Set(['[stripped]']));
      expect((await store.coverage(EVER)).byLevel).toMatchObject({ object: chains.size, line: 0 });

      const place = join(folder.path, `root/usr/lib/debug/.build-id`, object.buildId.slice(0, 2));
      mkdirSync(place, { recursive: true });
      copyFileSync(debugFile, join(place, `${object.buildId.slice(2)}.debug`));
      expect(await naming.round()).toMatchObject({ objects: 1, locations: chains.size });
      const named = await storedChains(store);
      expect(named).toEqual(chains);
      expect([...named.values()].some((chain) => chain.length === 2)).toBe(true);
      expect((await store.coverage(EVER)).byLevel).toMatchObject({ line: chains.size });
      // Nothing is left to ask for.
      expect(await naming.round()).toMatchObject({ objects: 0, locations: 0 });
    }).finally(() => symbolizer.close());
  });
});
