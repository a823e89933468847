import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { listeningAddress, parseListeners } from '../../src/daemon/listening-address.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string, inode: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0 100 0 0 10 0\n`;

describe('parseListeners', () => {
  it('reads addresses in the byte order of the host', () => {
    const text =
      HEAD +
      row('0100007F:0FC8', '0A', '11') +
      row('0100007F:0FC8', '01', '12') +
      row('00000000:0050', '0A', '13');
    expect(parseListeners(text)).toEqual([
      { inode: '11', address: '127.0.0.1:4040' },
      { inode: '13', address: '127.0.0.1:80' },
    ]);
  });

  it('reads addresses of version 6', () => {
    const text =
      HEAD +
      row('00000000000000000000000001000000:0FC8', '0A', '1') +
      row('00000000000000000000000000000000:0FC8', '0A', '2') +
      row('B80D01200000000000000000010000FE:0050', '0A', '3');
    expect(parseListeners(text).map(({ address }) => address)).toEqual([
      '[::1]:4040',
      '127.0.0.1:4040',
      '[2001:db8::fe00:1]:80',
    ]);
  });

  it('finds nothing where there is nothing', () => {
    expect([parseListeners(''), parseListeners(HEAD)]).toEqual([[], []]);
  });
});

describe('listeningAddress', () => {
  it.each(['127.0.0.1', '::1'])('finds where this process listens: %s', async (host) => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as AddressInfo;
    expect(await listeningAddress(process.pid)).toBe(`${host === '::1' ? '[::1]' : host}:${port}`);
    await new Promise((resolve) => server.close(resolve));
  });

  it('is null where a process listens nowhere, or is gone', async () => {
    expect(await listeningAddress(process.pid)).toBeNull();
    expect(await listeningAddress(2 ** 30)).toBeNull();
  });
});
