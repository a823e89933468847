// V8's names of code (`CodeEventLogger` in src/logging/log.cc; Node's --perf-basic-prof and --perf-prof).
import type { SourceFrame } from '../source-frame.ts';

/**
 * `CodeKindToMarker` (src/objects/code-kind.cc). Node 16 had Turboprop under `+`. Newer versions put an `o` in front for
 * on-stack replacement and `'` behind for code that was specialized to its context.
 */
const TIERS: Readonly<Record<string, string>> = {
  '~': 'interpreted',
  '^': 'baseline',
  '+': 'maglev',
  '*': 'optimized',
};

/** `JS:*fetch /app/server.js:10:5`; `LazyCompile:` before V8 10.9, without the column before V8 8. */
const FUNCTION = /^(JS|LazyCompile|Function|Script|Eval):(?:o?([~^+*])'?)?(.*)$/s;
const POSITION = /:(\d{1,9})(?::(\d{1,9}))?$/;
/** A path or URL is where the file begins; names of functions hold spaces too (`get size`, `bound run`). */
const FILE_START = / (?=\/|[a-z][a-z0-9+.-]*:)/;
/** `Function:fib-3-turbofan`: name, index, and the compiler (`ExecutionTierToString`). */
const WASM_FUNCTION = /^(?:JS|Function):(.+)-(?:\d+|<anonymous>)-(liftoff|turbofan|interpreter|none)$/s;
/** Newer versions; older ones, Node 20 among them, write `RegExp:source`. */
const REGEXP = /^RegExp\.> src: '(.*)' flags: '([a-z]*)'$/s;
const REGEXP_SOURCE = /^RegExp:(.*)$/s;

/** What stands for a function without a name. Of a whole script or `eval` it is the outermost code. */
const NAMELESS: Readonly<Record<string, string>> = { Script: '(script)', Eval: '(eval)' };

/** Null where the text is none of V8's names of functions: builtins, stubs and bytecode handlers are shown as they are. */
export function v8Name(text: string): SourceFrame | null {
  const wasm = WASM_FUNCTION.exec(text);
  if (wasm) return { name: wasm[1]!, file: '', line: 0, column: 0, tier: wasm[2]! };
  const regexp = REGEXP.exec(text) ?? REGEXP_SOURCE.exec(text);
  if (regexp) return { name: `RegExp: /${regexp[1]!}/${regexp[2] ?? ''}`, file: '', line: 0, column: 0 };
  const match = FUNCTION.exec(text);
  if (!match) return null;
  const [, tag, marker, rest] = match;
  const { name, file, line, column } = nameAndPlace(rest!);
  const frame = { name: name || (NAMELESS[tag!] ?? '(anonymous)'), file: v8File(file), line, column };
  return marker === undefined ? frame : { ...frame, tier: TIERS[marker]! };
}

/** A script's path as V8 has it; those of ES modules are URLs. */
export function v8File(file: string): string {
  if (!file.startsWith('file:///')) return file;
  const path = file.slice('file://'.length);
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // a stray '%'
  }
}

function nameAndPlace(text: string): Omit<SourceFrame, 'tier'> {
  const position = POSITION.exec(text);
  const before = position ? text.slice(0, position.index) : text;
  const line = Number(position?.[1] ?? 0);
  const column = Number(position?.[2] ?? 0);
  const space = FILE_START.exec(before)?.index ?? (position ? before.lastIndexOf(' ') : -1);
  const name = space < 0 ? before : before.slice(0, space);
  const file = space < 0 ? '' : before.slice(space + 1);
  // Code made by `eval` has a place in no file.
  return file === '' ? { name, file, line: 0, column: 0 } : { name, file, line, column };
}
