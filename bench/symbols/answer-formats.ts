// What the filters print, as chains.
import { basename } from 'node:path';

/** Innermost first. */
export type Chain = readonly ChainFrame[];

export interface ChainFrame {
  /** Linkage name; '' where unknown. */
  name: string;
  /** Without its folders; '' where unknown. */
  file: string;
  /** 0 where unknown. */
  line: number;
}

/** Of `pilotlight symbolize --json`: `{"addr":"0x1234","frames":[["main","/src/a.c",12,3]]}` per line. */
export function ourChains(output: string): Map<number, Chain> {
  interface Row {
    addr: string;
    frames: [string, string, number, number][];
  }
  return new Map(
    jsonLines<Row>(output).map(({ addr, frames }) => [
      Number(addr),
      frames.map(([name, file, line]) => frame(name, file, line)),
    ]),
  );
}

/** Of `llvm-symbolizer --output-style=JSON`, one object per line of standard input. */
export function llvmChains(output: string): Map<number, Chain> {
  interface Row {
    Address: string;
    Symbol?: { FunctionName: string; FileName: string; Line: number }[];
  }
  return new Map(
    jsonLines<Row>(output).map(({ Address, Symbol = [] }) => [
      Number(Address),
      Symbol.map(({ FunctionName, FileName, Line }) => frame(FunctionName, FileName, Line)),
    ]),
  );
}

export function isAddressLine(line: string): boolean {
  return /^0x[0-9a-f]+:?$/.test(line);
}

/**
 * Of `addr2line -a -f -i`, GNU's and elfutils': the address, then two lines per frame,
 *
 *     0x0000000000001a2b
 *     twice inlined at /src/a.c:30:5 in main
 *     /src/a.c:12:3
 *     main
 *     /src/a.c:30 (discriminator 2)
 */
export function addr2lineChains(output: string): Map<number, Chain> {
  const chains = new Map<number, ChainFrame[]>();
  let chain: ChainFrame[] | undefined;
  let name: string | undefined;
  for (const line of output.split('\n')) {
    if (isAddressLine(line)) {
      chain = [];
      name = undefined;
      chains.set(Number.parseInt(line, 16), chain);
    } else if (name === undefined) {
      name = line.replace(/ inlined at .*$/, '');
    } else {
      const [, file, number] = /^(.*?):(\d+|\?)(?::\d+)?(?: \(discriminator \d+\))?$/.exec(line) ?? [];
      if (file !== undefined) chain?.push(frame(name, file, Number(number) || 0));
      name = undefined;
    }
  }
  return chains;
}

function frame(name: string, file: string, line: number): ChainFrame {
  return { name: known(name), file: basename(known(file)), line };
}

function known(text: string): string {
  return text === '??' ? '' : text;
}

function jsonLines<T>(output: string): T[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as T);
}
