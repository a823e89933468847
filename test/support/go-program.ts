// A small Go program for `writeGoElf`: calls inlined into calls, a method of a generic type, padding.
import type { WrittenGoElf } from './go-writer.ts';

export function program(version: WrittenGoElf['version']): WrittenGoElf {
  return {
    version,
    is64: true,
    littleEndian: true,
    moduleData: 'in-place',
    files: ['a.go', 'b.go', 'c.go'],
    functions: [
      {
        name: 'main.outer',
        size: 0x40,
        steps: [
          { end: 0x10, file: 0, line: 10 },
          { end: 0x20, file: 1, line: 5, inlined: 0 },
          { end: 0x30, file: 2, line: 7, inlined: 1 },
          { end: 0x40, file: 0, line: 300 },
        ],
        inlined: [
          { name: 'main.inner', parentPc: 0x0c },
          { name: 'main.deep', parentPc: 0x18 },
        ],
      },
      { name: 'main.(*List[...]).Push', size: 0x20, steps: [{ end: 0x10, file: 1, line: 1 }] },
      { name: 'main.main', size: 0x10, steps: [{ end: 0x10, file: 0, line: 1 }] },
    ],
  };
}
