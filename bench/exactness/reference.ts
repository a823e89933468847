// The independent unwinder (dwfl-unwind.cc): compiled here, asked through pipes.
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Child } from '../lib/child.ts';
import { collect, endChild, startChild } from '../lib/child.ts';
import type { RecordedSpace } from '../lib/recorded-processes.ts';
import { hasFile } from '../lib/recorded-processes.ts';
import type { Pair } from './pairs.ts';

const SOURCE = fileURLToPath(new URL('./dwfl-unwind.cc', import.meta.url));

export interface ReferenceWalk {
  /** As they are in the registers and on the stack, leaf first. */
  frames: bigint[];
  /** `root`, `copy-end`, `popped` or libdw's message: see dwfl-unwind.cc. */
  end: string;
}

export function compileReference(folder: string): string {
  const program = join(folder, 'dwfl-unwind');
  const args = ['-std=c++17', '-O2', '-o', program, SOURCE, '-ldw', '-lelf'];
  const { status, stderr, error } = spawnSync('g++', args, { encoding: 'utf8' });
  if (status === 0) return program;
  const said = error?.message ?? stderr.trim().split('\n')[0] ?? '';
  throw new Error(
    `the reference unwinder cannot be compiled: ${said}. Run: apt-get install g++ libdw-dev libelf-dev`,
  );
}

/** libdw's. */
export function referenceVersion(program: string): string {
  return execFileSync(program, ['--version'], { encoding: 'utf8' }).trim();
}

export class Reference {
  readonly #child: Child;
  readonly #lines: AsyncIterator<string, undefined>;
  readonly #said: { text: string };
  #space: RecordedSpace | null = null;

  constructor(program: string) {
    this.#child = startChild(program, [], { endSignal: 'SIGKILL' });
    this.#said = collect(this.#child.stderr);
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async walk(pair: Pair): Promise<ReferenceWalk> {
    if (pair.space !== this.#space) {
      await this.#ask(spaceMessage(pair.space));
      this.#space = pair.space;
    }
    return parseWalk(await this.#ask(sampleMessage(pair)));
  }

  async stop(): Promise<void> {
    await endChild(this.#child, 'SIGTERM', 5000);
  }

  async #ask(message: Buffer): Promise<string> {
    if (!this.#child.stdin.write(message)) await once(this.#child.stdin, 'drain');
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error(`the reference unwinder ended: ${this.#said.text.trim()}`);
    return value;
  }
}

/** `7f01 !7f02 …`, a tab, the end. */
export function parseWalk(line: string): ReferenceWalk {
  const [frames = '', end = ''] = line.split('\t');
  const addresses = frames === '' ? [] : frames.split(' ');
  return { frames: addresses.map((text) => BigInt(`0x${text.replace('!', '')}`)), end };
}

function spaceMessage({ mappings }: RecordedSpace): Buffer {
  const head = Buffer.from('M____');
  head.writeUInt32LE(mappings.length, 1);
  const parts = mappings.map((mapping) => {
    const path = Buffer.from(mapping.path === '[vdso]' || hasFile(mapping) ? mapping.path : '');
    const fields = Buffer.alloc(28);
    fields.writeBigUInt64LE(mapping.start, 0);
    fields.writeBigUInt64LE(mapping.end, 8);
    fields.writeBigUInt64LE(mapping.offset, 16);
    fields.writeUInt32LE(path.length, 24);
    return Buffer.concat([fields, path]);
  });
  return Buffer.concat([head, ...parts]);
}

function sampleMessage({ registers, stackAt, stack }: Pair): Buffer {
  const place = Buffer.alloc(12);
  place.writeBigUInt64LE(stackAt, 0);
  place.writeUInt32LE(stack.length, 8);
  return Buffer.concat([Buffer.from('S'), Buffer.from(registers.buffer), place, stack]);
}
