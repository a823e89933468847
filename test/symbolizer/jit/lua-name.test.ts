import { expect, it } from 'vitest';
import { luaName } from '../../../src/symbolizer/jit/lua-name.ts';

it.each([
  ['TRACE_1::@/app/main.lua:34', 'TRACE_1', '/app/main.lua', 34],
  ['TRACE_20::=stdin:1', 'TRACE_20', '=stdin', 1],
])('%s', (text, name, file, line) => {
  expect(luaName(text)).toEqual({ name, file, line, column: 0 });
});

it.each(['TRACE_1', 'TRACE-1$f$12', 'TRACE_x::a:1'])('%s is none of LuaJIT', (text) => {
  expect(luaName(text)).toBeNull();
});
