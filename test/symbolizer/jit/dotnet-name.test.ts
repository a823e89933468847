import { describe, expect, it } from 'vitest';
import { dotnetName } from '../../../src/symbolizer/jit/dotnet-name.ts';

describe('names of .NET', () => {
  it.each([
    [
      'bool [System.Private.CoreLib] System.Threading.PortableThreadPool+WorkerThread::WorkerThreadStart()[OptimizedTier1]',
      'System.Threading.PortableThreadPool+WorkerThread::WorkerThreadStart()',
      'OptimizedTier1',
    ],
    [
      'instance bool [System.Private.CoreLib] System.Threading.ThreadPoolWorkQueue::Dequeue(class Foo&, bool&)[QuickJitted]',
      'System.Threading.ThreadPoolWorkQueue::Dequeue(class Foo&, bool&)',
      'QuickJitted',
    ],
    ['uint8[] [App] A.B::Get(!!0[])[PreJit-cold]', 'A.B::Get(!!0[])', 'PreJit-cold'],
    ['void [App] List`1[System.__Canon]::Add(!0)', 'List`1[System.__Canon]::Add(!0)', undefined],
    ['void [App] A::Main()[Unknown]', 'A::Main()', undefined],
  ])('%s', (text, name, tier) => {
    const frame = { name, file: '', line: 0, column: 0 };
    expect(dotnetName(text)).toEqual(tier === undefined ? frame : { ...frame, tier });
  });

  it.each(['[App] A::B()', 'void [App] A.B()', 'wasm[0]::function[12]', 'a [b] ', ''])(
    '%s is none',
    (text) => {
      expect(dotnetName(text)).toBeNull();
    },
  );

  it('are read in linear time', () => {
    const began = performance.now();
    for (const piece of [' [', ' [a', ' [a]', '[', '] ', 'a'])
      dotnetName(`a${piece.repeat(16_384 / piece.length)}::`);
    expect(performance.now() - began).toBeLessThan(300);
  });
});
