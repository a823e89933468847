// Which object a kernel address belongs to: the kernel image, a module, or a JITed BPF program.
import { readFileSync, readSync } from 'node:fs';
import type { CodeObject } from '../model/code-object.ts';
import { objectId } from '../model/code-object.ts';
import { kernelBuildId, parseGnuBuildId } from './object-registry.ts';
import type { SamplerHost } from './sampler-host.ts';

/** What kallsyms says of where kernel code lies; read by the symbolizer through the composition root. */
export type KernelLayout =
  | { ok: true; text: bigint; etext: bigint; bpf: readonly { name: string; start: bigint; end: bigint }[] }
  | { ok: false; reason: string };
export type KernelLayoutReader = (fd: number) => Promise<KernelLayout>;

interface Region {
  start: bigint;
  end: bigint;
  object: CodeObject;
}

export class KernelAddresses {
  #regions: readonly Region[] = [];
  #missed = false;

  /** Reads kallsyms and the list of modules. Without the privilege to see addresses there are no regions. */
  async load(host: SamplerHost, readLayout: KernelLayoutReader): Promise<void> {
    const kallsyms = await host.openKernelFile('kallsyms');
    if (!kallsyms.ok) return;
    const layout = await readLayout(kallsyms.fd).finally(() => kallsyms.close());
    if (!layout.ok) return;
    const modules = await host.openKernelFile('modules');
    const regions = modules.ok ? parseModules(readAll(modules.fd)) : [];
    if (modules.ok) modules.close();
    regions.push({ start: layout.text, end: layout.etext, object: kernelObject() });
    this.#regions = sorted(regions);
    for (const { name, start, end } of layout.bpf)
      this.addBpf(name, start, this.#upToNext(start, end) - start);
  }

  /** The end of a program is a guess (kallsyms has no sizes), and before 5.18 programs lie between modules. */
  #upToNext(start: bigint, end: bigint): bigint {
    const next = this.#regions.find((region) => region.start > start);
    return next && next.start < end ? next.start : end;
  }

  /** A BPF program was loaded (PERF_RECORD_KSYMBOL). */
  addBpf(name: string, start: bigint, length: bigint): void {
    const object: CodeObject = {
      id: objectId('bpf', 'base', name), // holds the program's tag, a hash of its instructions
      kind: 'bpf',
      buildId: '',
      path: name,
      size: Number(length),
      addressing: 'base',
    };
    const end = start + length;
    const others = this.#regions.filter((region) => region.end <= start || region.start >= end);
    this.#regions = sorted([...others, { start, end, object }]);
  }

  /** Modules come and go without a side-band record: an address in none of the regions asks for a new look. */
  takeMissed(): boolean {
    const missed = this.#missed;
    this.#missed = false;
    return missed;
  }

  /** Load address of a module by name. */
  moduleBase(name: string): bigint | null {
    return (
      this.#regions.find(({ object }) => object.kind === 'module' && object.path === name)?.start ?? null
    );
  }

  find(address: bigint): { object: CodeObject; address: number } | null {
    let low = 0;
    let high = this.#regions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#regions[middle]!.end <= address) low = middle + 1;
      else high = middle;
    }
    const region = this.#regions[low];
    if (!region || region.start > address) {
      this.#missed = this.#regions.length > 0;
      return null;
    }
    return { object: region.object, address: Number(address - region.start) };
  }
}

function sorted(regions: Region[]): Region[] {
  return regions.sort((a, b) => (a.start < b.start ? -1 : 1));
}

function kernelObject(): CodeObject {
  const buildId = kernelBuildId();
  return {
    id: objectId('kernel', 'base', buildId),
    kind: 'kernel',
    buildId: /^[0-9a-f]+$/.test(buildId) ? buildId : '',
    path: '[kernel.kallsyms]',
    size: 0,
    addressing: 'base',
  };
}

/** /proc/modules: `name size refcount users state address`. */
function parseModules(text: string): Region[] {
  const regions: Region[] = [];
  for (const line of text.split('\n')) {
    const [name, size, , , , address] = line.split(' ');
    if (name === undefined || size === undefined || address === undefined) continue;
    const start = BigInt(address);
    if (start === 0n) continue; // hidden from us
    regions.push({ start, end: start + BigInt(size), object: moduleObject(name, Number(size)) });
  }
  return regions;
}

function moduleObject(name: string, size: number): CodeObject {
  let buildId = '';
  try {
    buildId = parseGnuBuildId(readFileSync(`/sys/module/${name}/notes/.note.gnu.build-id`)) ?? '';
  } catch {
    // A module built without a build id: the kernel's then tells versions apart.
  }
  const key = `${name}:${buildId || kernelBuildId()}`;
  return {
    id: objectId('module', 'base', key),
    kind: 'module',
    buildId,
    path: name,
    size,
    addressing: 'base',
  };
}

function readAll(fd: number): string {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(65536);
    const read = readSync(fd, piece, 0, piece.length, null);
    if (read === 0) return Buffer.concat(pieces).toString();
    pieces.push(piece.subarray(0, read));
  }
}
