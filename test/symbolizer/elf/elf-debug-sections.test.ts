import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemorySource, readBytes } from '../../../src/binary/byte-source.ts';
import { ElfFile } from '../../../src/binary/elf/elf-file.ts';
import { ElfDebugSections, hasDebugInfo } from '../../../src/symbolizer/elf/elf-debug-sections.ts';
import { writePackedElf, type PackedSection } from '../../support/packed-elf-writer.ts';

const CONTENT = Buffer.from('what a section holds');

function elfOf(...sections: { name: string; type: PackedSection['type'] }[]): ElfFile {
  const packed = (type: string): Uint8Array => (type === 'plain' ? CONTENT : deflateSync(CONTENT));
  const written = sections.map(({ name, type }) => ({
    name,
    type,
    packed: packed(type),
    size: CONTENT.length,
  }));
  return new ElfFile(new MemorySource(writePackedElf(written)));
}

describe('ElfDebugSections', () => {
  it('finds sections by name, however they are compressed', () => {
    const elf = elfOf(
      { name: '.debug_line', type: 'plain' },
      { name: '.zdebug_info', type: 'gnu' },
      { name: '.debug_info.dwo', type: 'zlib' },
    );
    const sections = new ElfDebugSections(elf);
    for (const name of ['.debug_line', '.debug_info', '.debug_info.dwo']) {
      const source = sections.section(name)!;
      expect(Buffer.from(readBytes(source, 0, source.size, name))).toEqual(CONTENT);
      expect(sections.section(name)).toBe(source);
    }
    expect(sections.section('.debug_str')).toBeNull();
    expect(sections.byteLength).toBe(2 * CONTENT.length);
    sections.close();
    expect(sections.byteLength).toBe(0);
  });

  it('knows by its sections whether a file has DWARF', () => {
    expect(hasDebugInfo(elfOf({ name: '.debug_info', type: 'zlib' }))).toBe(true);
    expect(hasDebugInfo(elfOf({ name: '.zdebug_info', type: 'gnu' }))).toBe(true);
    expect(hasDebugInfo(elfOf({ name: '.debug_info.dwo', type: 'plain' }))).toBe(true);
    expect(hasDebugInfo(elfOf({ name: '.debug_line', type: 'plain' }))).toBe(false);
  });
});
