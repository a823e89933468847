import { describe, expect, it } from 'vitest';
import { parseBpfSymbol } from '../../../src/symbolizer/bpf/program-functions.ts';

describe('parseBpfSymbol', () => {
  it.each([
    ['bpf_prog_6deef7357e7b4530_sd_fw_egress', { tag: '6deef7357e7b4530', name: 'sd_fw_egress' }],
    ['bpf_prog_6deef7357e7b4530', { tag: '6deef7357e7b4530', name: '' }],
    ['bpf_prog_6deef7357e7b4530_', { tag: '6deef7357e7b4530', name: '' }],
    ['bpf_prog_6deef7357e7b4530x', null],
    ['bpf_prog_6DEEF7357E7B4530_x', null],
    ['bpf_trampoline_6442494979', null],
    ['bpf_dispatcher_xdp', null],
    ['', null],
  ])('takes %s apart', (symbol, parts) => expect(parseBpfSymbol(symbol)).toEqual(parts));
});
