// Programs of the Go that is installed, against `go tool addr2line`, which reads the same table with Go's own code.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { GoFunctions } from '../../../src/symbolizer/go/go-functions.ts';
import { seededRandom } from '../../support/symbolizer-fixtures.ts';

const SOURCE = `package main

type list[T any] struct{ items []T }

func (l *list[T]) push(x T) { l.items = append(l.items, x) }

func twice(x int) int { return add(x, x) }

func add(x, y int) int {
	if x > 1000 {
		panic("too much")
	}
	return x + y
}

//go:noinline
func work(n int) int {
	return twice(n) + 1
}

func main() {
	var l list[string]
	l.push("a")
	println(work(len(l.items)))
}
`;
const ADDRESSES = 2000;

let dir: string;
/** With symbols and DWARF, position-independent and not. */
const built = new Map<string, string>();

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'pilotlight-go-binaries-'));
  writeFileSync(join(dir, 'main.go'), SOURCE);
  for (const mode of ['exe', 'pie']) {
    const file = join(dir, mode);
    go(['build', `-buildmode=${mode}`, '-o', file, join(dir, 'main.go')]);
    built.set(mode, file);
  }
}, 300_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function go(args: string[], input = ''): string {
  const env = { ...process.env, GO111MODULE: 'off', GOPATH: dir, CGO_ENABLED: '0' };
  return execFileSync('go', args, { env, input, encoding: 'utf8', maxBuffer: 1 << 26, timeout: 280_000 });
}

function functionsOf(bytes: Uint8Array): GoFunctions {
  return GoFunctions.open(new ElfFile(new MemorySource(bytes)))!;
}

function textOf(bytes: Uint8Array): { address: number; size: number } {
  return new ElfFile(new MemorySource(bytes)).sections().find(({ name }) => name === '.text')!;
}

/** Where our table says what Go's own tool does: the outermost name, and the innermost place. */
function compare(file: string): { compared: number; different: string[] } {
  const bytes = readFileSync(file);
  const functions = functionsOf(bytes);
  const { address, size } = textOf(bytes);
  const random = seededRandom(1);
  const addresses = Array.from({ length: ADDRESSES }, () => address + (random() % size));
  const input = addresses.map((each) => `0x${each.toString(16)}\n`).join('');
  const answers = go(['tool', 'addr2line', file], input).trimEnd().split('\n');
  const different: string[] = [];
  let compared = 0;
  addresses.forEach((each, i) => {
    const frames = functions.framesAt(each);
    const theirs = `${answers[2 * i]!} ${answers[2 * i + 1]!}`;
    // Older releases' tool does not find the table of a position-independent program.
    if (frames === null || theirs === '? ?:0') return;
    compared++;
    const ours = `${frames.at(-1)!.name} ${frames[0]!.file}:${frames[0]!.line}`;
    if (ours !== theirs) different.push(`${each.toString(16)}: ${ours} | ${theirs}`);
  });
  return { compared, different };
}

/** Of the first address whose innermost function is this. */
function chainOf(functions: GoFunctions, { address, size }: { address: number; size: number }, name: string) {
  for (let at = address; at < address + size; at++) {
    const frames = functions.framesAt(at);
    if (frames?.[0]?.name === name) return frames.map((frame) => `${frame.name}:${frame.line}`);
  }
  return null;
}

describe.each(['exe', 'pie'])('a Go program (%s)', (mode) => {
  it('has the functions and lines that go tool addr2line finds', () => {
    const { compared, different } = compare(built.get(mode)!);
    expect(different).toEqual([]);
    // The rest is padding between functions.
    if (mode === 'exe') expect(compared).toBeGreaterThan(ADDRESSES * 0.9);
  });

  it('has its inlined calls without symbols and DWARF, and without section headers', () => {
    const bytes = readFileSync(built.get(mode)!);
    const text = textOf(bytes);
    const stripped = join(dir, `${mode}-stripped`);
    execFileSync('strip', ['--strip-all', '-o', stripped, built.get(mode)!]);
    const headless = readFileSync(stripped);
    headless.fill(0, 0x28, 0x30); // e_shoff
    headless.fill(0, 0x3c, 0x40); // e_shnum, e_shstrndx
    const wanted = ['main.add:13', 'main.twice:7', 'main.work:18'];
    for (const variant of [bytes, readFileSync(stripped), headless]) {
      expect(chainOf(functionsOf(variant), text, 'main.add')?.map(atAnyLineOfAdd)).toEqual(wanted);
    }
  });
});

/** Which of its lines comes first in the code is the compiler's to choose. */
function atAnyLineOfAdd(frame: string): string {
  return frame.replace(/^main\.add:1[0-4]$/, 'main.add:13');
}
