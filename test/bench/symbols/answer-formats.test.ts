import { describe, expect, it } from 'vitest';
import { addr2lineChains, llvmChains, ourChains } from '../../../bench/symbols/answer-formats.ts';

const MAIN = { name: 'main', file: 'a.c', line: 30 };
const TWICE = { name: 'twice', file: 'a.h', line: 12 };

describe('answers of the tools', () => {
  it('are read as llvm-symbolizer prints them', () => {
    const row = {
      Address: '0x1a2b',
      Symbol: [
        { FunctionName: 'twice', FileName: '/src/a.h', Line: 12, Column: 3 },
        { FunctionName: 'main', FileName: 'a.c', Line: 30, Column: 5 },
      ],
    };
    const unknown = { Address: '0x1', Symbol: [{ FunctionName: '', FileName: '', Line: 0 }] };
    const chains = llvmChains(`${JSON.stringify(row)}\n${JSON.stringify(unknown)}\n`);
    expect(chains.get(0x1a2b)).toEqual([TWICE, MAIN]);
    expect(chains.get(1)).toEqual([{ name: '', file: '', line: 0 }]);
  });

  it("are read as elfutils' addr2line prints them", () => {
    const output = `0x0000000000001a2b
twice inlined at /src/a.c:30:5 in main
/src/a.h:12:3
main
/src/a.c:30:5
0x0000000000000001
??
??:0
`;
    const chains = addr2lineChains(output);
    expect(chains.get(0x1a2b)).toEqual([TWICE, MAIN]);
    expect(chains.get(1)).toEqual([{ name: '', file: '', line: 0 }]);
  });

  it("are read as GNU's addr2line prints them, with discriminators and lines it does not know", () => {
    const output = `0x0000000000001a2b
twice
/src/a.h:12
main
/src/a.c:30 (discriminator 2)
0x0000000000000002
start
a.c:?
`;
    const chains = addr2lineChains(output);
    expect(chains.get(0x1a2b)).toEqual([TWICE, MAIN]);
    expect(chains.get(2)).toEqual([{ name: 'start', file: 'a.c', line: 0 }]);
  });

  it('are read as our own command prints them', () => {
    const chains = ourChains(
      '{"addr":"0x1a2b","frames":[["main","/src/a.c",30,5]]}\n{"addr":"0x1","frames":[]}\n',
    );
    expect(chains.get(0x1a2b)).toEqual([MAIN]);
    expect(chains.get(1)).toEqual([]);
  });
});
