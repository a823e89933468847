import { describe, expect, it } from 'vitest';
import { v8Name } from '../../../src/symbolizer/jit/v8-name.ts';

/** `name|file|line|column|tier` */
function shown(text: string): string | null {
  const frame = v8Name(text);
  if (frame === null) return null;
  const { name, file, line, column, tier } = frame;
  return [name, file, line, column, tier ?? '-'].join('|');
}

describe('names of V8', () => {
  it.each([
    ['JS:~fetch /app/server.js:10:5', 'fetch|/app/server.js|10|5|interpreted'],
    ['JS:^fetch /app/server.js:10:5', 'fetch|/app/server.js|10|5|baseline'],
    ['JS:+fetch /app/server.js:10:5', 'fetch|/app/server.js|10|5|maglev'],
    ['JS:*fetch /app/server.js:10:5', 'fetch|/app/server.js|10|5|optimized'],
    ["JS:*'fetch /app/server.js:10:5", 'fetch|/app/server.js|10|5|optimized'],
    ['JS:o+fetch /app/server.js:10:5', 'fetch|/app/server.js|10|5|maglev'],
    ['JS:open /app/server.js:10:5', 'open|/app/server.js|10|5|-'],
    ['LazyCompile:*run /app/a b.js:12', 'run|/app/a b.js|12|0|optimized'],
    [
      'LazyCompile:~next node:internal/modules/cjs/loader:960:31',
      'next|node:internal/modules/cjs/loader|960|31|interpreted',
    ],
    ['Function:~get size /app/x.js:3:11', 'get size|/app/x.js|3|11|interpreted'],
    ['JS:*run file:///app/a%20b.mjs:1:2', 'run|/app/a b.mjs|1|2|optimized'],
    ['JS:*run file:///app/100%.mjs:1:2', 'run|/app/100%.mjs|1|2|optimized'],
    ['JS:~ /app/x.js:7:19', '(anonymous)|/app/x.js|7|19|interpreted'],
    ['Script:~ /app/x.js:1:1', '(script)|/app/x.js|1|1|interpreted'],
    ['Eval:~ evalmachine.<anonymous>:1:1', '(eval)|evalmachine.<anonymous>|1|1|interpreted'],
    ['JS:*inEval :1:17', 'inEval||0|0|optimized'],
    ['JS:*run https://example.org/a.js:1:2', 'run|https://example.org/a.js|1|2|optimized'],
    ['Function:~', '(anonymous)||0|0|interpreted'],
    ['Function:fib-3-turbofan', 'fib||0|0|turbofan'],
    ['JS:wasm-to-js-<anonymous>-liftoff', 'wasm-to-js||0|0|liftoff'],
    ["RegExp.> src: 'a(b+)c' flags: 'gi'", 'RegExp: /a(b+)c/gi||0|0|-'],
    ['RegExp:a(b+)c\\s* x', 'RegExp: /a(b+)c\\s* x/||0|0|-'],
    ["RegExp.> src: '' flags: ''", 'RegExp: //||0|0|-'],
  ])('%s', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each(['Builtin:ArrayMap', 'BytecodeHandler:LdaGlobal', 'Stub:CEntryStub', 'Handler:x', 'run', ''])(
    '%s is shown as it is',
    (text) => {
      expect(v8Name(text)).toBeNull();
    },
  );

  it('are read in linear time', () => {
    const began = performance.now();
    for (const piece of [' ', ':', ' /', ' a', ':1', '-1', "' flags: '", 'JS:', '<anonymous>-']) {
      for (const tag of ['JS:', 'Function:', "RegExp.> src: '"])
        v8Name(tag + piece.repeat(16_384 / piece.length));
    }
    expect(performance.now() - began).toBeLessThan(500);
  });
});
