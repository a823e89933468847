import { expect, it } from 'vitest';
import { parseServers } from '../../../src/symbolizer/debug-files/debuginfod-servers.ts';

it('takes http and https addresses between spaces, each once, and says what it cannot use', () => {
  const text =
    ' https://debuginfod.debian.net\n http://127.0.0.1:8002/path?x=1#y ftp://x/ https://debuginfod.debian.net/ nonsense ';
  const { servers, refused } = parseServers(text);
  expect(servers.map(String)).toEqual(['https://debuginfod.debian.net/', 'http://127.0.0.1:8002/path/']);
  expect(refused).toEqual(['ftp://x/', 'nonsense']);
});

it('names no server where nothing is set', () => {
  expect(parseServers('')).toEqual({ servers: [], refused: [] });
});
