import { describe, expect, it } from 'vitest';
import { jitFrames, jitName } from '../../../src/symbolizer/jit/jit-name.ts';

describe('jitName', () => {
  it.each([
    [
      'JS:^fetch /app/server.js:10:5',
      { name: 'fetch', file: '/app/server.js', line: 10, column: 5, tier: 'baseline' },
    ],
    ['py::Reader.read:/app/reader.py', { name: 'Reader.read', file: '/app/reader.py', line: 0, column: 0 }],
    [
      'void [System.Private.CoreLib] System.Threading.ThreadPoolWorkQueue::Dispatch()[OptimizedTier1]',
      {
        name: 'System.Threading.ThreadPoolWorkQueue::Dispatch()',
        file: '',
        line: 0,
        column: 0,
        tier: 'OptimizedTier1',
      },
    ],
    ['TRACE_12::@/app/main.lua:34', { name: 'TRACE_12', file: '/app/main.lua', line: 34, column: 0 }],
  ])('%s', (text, expected) => {
    expect(jitName(text)).toEqual(expected);
  });

  it.each([
    'int java.lang.String.hashCode()', // HotSpot's Compiler.perfmap
    'wasm[0]::function[12]', // Wasmtime
    'julia_mul!_1234', // Julia, through LLVM
    'JIT$Foo::bar', // PHP
    'TRACE-1$Foo::bar$12',
    'Builtin:ArrayMap',
    'Interpreter',
    'stub<17> GenerateResolveStub<ResolveStub>',
    'LazyCompile',
    '',
  ])('leaves %s as it is', (text) => {
    expect(jitName(text)).toEqual({ name: text, file: '', line: 0, column: 0 });
  });
});

it('jitFrames gives the chain where the JVM’s agent tells of inlined methods', () => {
  expect(jitFrames('La/A;::outer->Lb/B;::inner').map(({ name }) => name)).toEqual(['b.B.inner', 'a.A.outer']);
  expect(jitFrames('plain')).toHaveLength(1);
});
