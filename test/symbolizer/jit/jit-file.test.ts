import { expect, it } from 'vitest';
import { MemorySource } from '../../../src/binary/byte-source.ts';
import { JitFile } from '../../../src/symbolizer/jit/jit-file.ts';
import { JitdumpWriter } from '../../support/jitdump-writer.ts';

const dump = (littleEndian = true): Buffer =>
  new JitdumpWriter({ littleEndian }).load({ address: 0x1000, size: 16, name: 'of the dump' }).bytes();

it('takes a file for what its first bytes say, once it has some, and again when they change', () => {
  const file = new JitFile();
  const nameIn = (content: Uint8Array): string | undefined => {
    file.refresh(new MemorySource(content));
    return file.framesAt(0x1000)?.[0]?.name;
  };
  expect(nameIn(Buffer.alloc(0))).toBeUndefined();
  expect(nameIn(dump().subarray(0, 39))).toBeUndefined();
  expect(nameIn(dump())).toBe('of the dump');
  expect(nameIn(Buffer.from('1000 10 of the map\n'))).toBe('of the map');
  expect(nameIn(Buffer.from('1000 10 of the map\n1000 10 of its next line\n'))).toBe('of its next line');
  expect(nameIn(dump(false))).toBe('of the dump');
  expect(nameIn(Buffer.alloc(0))).toBeUndefined();
});
