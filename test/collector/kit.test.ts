import { describe, expect, it } from 'vitest';
import { cpuOfItem, decodeKitItem, encodeKitItem } from '../../src/collector/kit.ts';
import { parseCpuList } from '../../src/collector/kernel-sampler.ts';

describe('kit items', () => {
  it('come back as they were sent, with the descriptor that came beside them', () => {
    for (const item of [
      { name: 'session', text: '{"id":"x"}\nand another line', fd: -1, mapBytes: 0 },
      { name: 'sideband.12', text: '', fd: 5, mapBytes: 69632 },
    ]) {
      expect(decodeKitItem(encodeKitItem(item), item.fd < 0 ? [] : [item.fd])).toEqual(item);
    }
  });

  it('tell their CPU, and only under their own name', () => {
    expect([cpuOfItem('event.3', 'event'), cpuOfItem('log.10', 'log'), cpuOfItem('sideband.0', 'sideband')]).toEqual([3, 10, 0]);
    expect([cpuOfItem('logs', 'log'), cpuOfItem('event.3', 'log'), cpuOfItem('session', 'event')]).toEqual([null, null, null]);
  }); // prettier-ignore
});

describe('parseCpuList', () => {
  it.each([
    ['0\n', [0]],
    ['0-3\n', [0, 1, 2, 3]],
    ['0-1,4,6-7\n', [0, 1, 4, 6, 7]],
    ['\n', []],
  ])('reads %j', (text, cpus) => {
    expect(parseCpuList(text)).toEqual(cpus);
  });
});
