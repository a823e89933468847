// What binutils say of an ELF file, and a naive look-up of code symbols over it.
import { run } from './symbolizer-fixtures.ts';

export interface OracleSymbol {
  address: number;
  size: number;
  /** FUNC, IFUNC, NOTYPE, OBJECT, … */
  type: string;
  binding: string;
  /** Section number, or NaN for UND, ABS, COM. */
  section: number;
  name: string;
}

export interface OracleSection {
  index: number;
  name: string;
  type: string;
  address: number;
  offset: number;
  size: number;
  executable: boolean;
}

export function readelfSections(path: string): OracleSection[] {
  const sections: OracleSection[] = [];
  for (const line of run('readelf', ['-SW', path]).split('\n')) {
    const match =
      /^\s+\[\s*(\d+)\]\s(\S*)\s+([A-Z][A-Z0-9_]*)\s+([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) [0-9a-f]+\s+([A-Za-z]*)\s+\d+/.exec(
        line,
      );
    if (match === null) continue;
    const [, index, name, type, address, offset, size, flags] = match;
    sections.push({
      index: Number(index),
      name: name!,
      type: type!,
      address: parseInt(address!, 16),
      offset: parseInt(offset!, 16),
      size: parseInt(size!, 16),
      executable: flags!.includes('X'),
    });
  }
  return sections;
}

/** By table name: `.symtab`, `.dynsym`. */
export function readelfSymbols(path: string): Map<string, OracleSymbol[]> {
  const tables = new Map<string, OracleSymbol[]>();
  let rows: OracleSymbol[] = [];
  for (const line of run('readelf', ['-sW', path]).split('\n')) {
    const header = /^Symbol table '([^']+)'/.exec(line);
    if (header !== null) {
      rows = [];
      tables.set(header[1]!, rows);
      continue;
    }
    const match = /^\s*\d+: ([0-9a-f]+)\s+(\S+) (\S+)\s+(\S+)\s+\S+\s+(?:\[[^\]]*\]\s+)?(\S+) ?(\S*)/.exec(
      line,
    );
    if (match === null) continue;
    const [, address, size, type, binding, section, name] = match;
    rows.push({
      address: parseInt(address!, 16),
      size: Number(size),
      type: type!,
      binding: binding!,
      section: Number(section),
      name: name!,
    });
  }
  return tables;
}

/** The rules of the symbolizer, the slow way: every look-up goes over every symbol. */
export class NaiveCodeSymbols {
  private readonly spans: { start: number; end: number; name: string }[] = [];

  constructor(path: string) {
    const sections = new Map(readelfSections(path).map((section) => [section.index, section]));
    const tables = readelfSymbols(path);
    const inTable = (table: string): OracleSymbol[] =>
      (tables.get(table) ?? []).filter((s) => namesCode(s, sections.get(s.section)));
    const fromSymtab = inTable('.symtab');
    const symbols = fromSymtab.length > 0 ? fromSymtab : inTable('.dynsym');
    const byAddress = new Map<number, OracleSymbol[]>();
    for (const symbol of symbols) {
      const others = byAddress.get(symbol.address);
      if (others === undefined) byAddress.set(symbol.address, [symbol]);
      else others.push(symbol);
    }
    const addresses = [...byAddress.keys()].sort((a, b) => a - b);
    let furthest = 0;
    addresses.forEach((start, i) => {
      const best = preferred(byAddress.get(start)!);
      let end = start + best.size;
      if (best.size === 0) {
        if (start < furthest) return;
        const section = sections.get(best.section);
        end = Math.min(
          addresses[i + 1] ?? Infinity,
          section === undefined ? 0 : section.address + section.size,
        );
      } else furthest = Math.max(furthest, end);
      this.spans.push({ start, end, name: best.name.replace(/@.*/, '') });
    });
  }

  /** Starts and ends of all symbols, and the addresses beside them. */
  interestingAddresses(): number[] {
    return this.spans.flatMap(({ start, end }) => [
      start - 1,
      start,
      Math.floor((start + end) / 2),
      end - 1,
      end,
    ]);
  }

  nameAt(address: number): string | null {
    let found: string | null = null;
    for (const { start, end, name } of this.spans) if (start <= address && address < end) found = name;
    return found;
  }
}

function namesCode(symbol: OracleSymbol, section: OracleSection | undefined): boolean {
  if (symbol.name === '' || symbol.name === '<null>') return false;
  if (symbol.type === 'NOTYPE') return section?.executable === true;
  const defined = section !== undefined || Number.isNaN(symbol.section);
  return (symbol.type === 'FUNC' || symbol.type === 'IFUNC') && defined && symbol.address > 0;
}

/** Global and weak over local, then the larger, then the later. */
function preferred(symbols: OracleSymbol[]): OracleSymbol {
  const rank = (s: OracleSymbol): number => (s.binding === 'LOCAL' ? 0 : 1);
  return symbols.reduce((best, s) => {
    if (rank(s) !== rank(best)) return rank(s) > rank(best) ? s : best;
    return s.size >= best.size ? s : best;
  });
}
