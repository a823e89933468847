// LuaJIT's names of traces (`perftools_addtrace` in src/lj_trace.c, where it was built with LUAJIT_USE_PERFTOOLS).
import type { SourceFrame } from '../source-frame.ts';

/** `TRACE_12::/app/main.lua:34`: where the trace begins. Lua writes `@` in front of names of files. */
const TRACE = /^(TRACE_\d+)::@?(.*):(\d{1,9})$/s;

export function luaName(text: string): SourceFrame | null {
  const match = TRACE.exec(text);
  return match && { name: match[1]!, file: match[2]!, line: Number(match[3]), column: 0 };
}
