// CPython's names of its trampolines (Python/perf_trampoline.c, 3.12 and later; -X perf, -X perf_jit).
import type { SourceFrame } from '../source-frame.ts';

/** `py::Reader.read:/app/reader.py`: a qualified name, which holds no colon, and a path, which may. */
const TRAMPOLINE = /^py::([^:]+):(.*)$/s;

/** A trampoline is entered for every call of its function, so the place in the function is not told. */
export function pythonName(text: string): SourceFrame | null {
  const match = TRAMPOLINE.exec(text);
  return match && { name: match[1]!, file: match[2]!, line: 0, column: 0 };
}
