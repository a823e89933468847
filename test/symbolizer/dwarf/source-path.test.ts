import { expect, it } from 'vitest';
import { sourcePath } from '../../../src/symbolizer/dwarf/source-path.ts';

it.each([
  ['/build', 'src', 'main.c', '/build/src/main.c'],
  ['/build', '', 'main.c', '/build/main.c'],
  ['/build', '/usr/include', 'stdio.h', '/usr/include/stdio.h'],
  ['/build', 'src', '/tmp/main.c', '/tmp/main.c'],
  ['', 'src', 'main.c', 'src/main.c'],
  ['', '', 'main.c', 'main.c'],
  ['/build/', 'src/', 'main.c', '/build/src/main.c'],
  ['/build', '../src', './main.c', '/build/../src/./main.c'],
  ['/build', 'src', '', '/build/src'],
  ['/build', 'C:\\src', 'main.c', 'C:\\src/main.c'],
])('of %j, %j and %j makes %j', (compilationFolder, folder, name, path) => {
  expect(sourcePath(compilationFolder, folder, name)).toBe(path);
});
