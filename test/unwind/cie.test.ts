import { describe, expect, it } from 'vitest';
import { AT_ENTRY, CfiWriter, dataAddressOf, sleb, uleb, word, writeCfiElf } from '../support/cfi-writer.ts';
import { CODE, functionRows, rowsOf } from '../support/unwind-rows.ts';

const ENTRY = ['+0 RSP+8 same [CFA-8]'];

describe('a CIE', () => {
  it.each([1, 3, 4])('may be of version %i', (version) => {
    expect(functionRows([], { version })).toEqual(ENTRY);
  });

  it.each([0, 2, 5])('of version %i is refused', (version) => {
    expect(functionRows([], { version })).toEqual([]);
  });

  it('of version 4 with addresses of another size, or segments, is refused', () => {
    for (const sizes of [
      [4, 0],
      [8, 1],
    ]) {
      const writer = new CfiWriter();
      const content = [...word(0, 4), 4, ...Buffer.from('zR\0'), ...sizes, ...uleb(1), ...sleb(-8), 16, 1, 0];
      const at = writer.entry([...content, ...AT_ENTRY]);
      writer.fde(at, { start: CODE.address, length: 16, instructions: [] });
      expect(rowsOf(elfOf(writer))).toEqual([]);
    }
  });

  it('may have a personality, an exception table, a signal frame, a signing key', () => {
    const personality = [0x00, ...word(0, 8)];
    expect(functionRows([], { augmentation: 'zPLR', augmentationData: [...personality, 0x1b, 0] })).toEqual(
      ENTRY,
    );
    expect(functionRows([], { augmentation: 'zRB', augmentationData: [0] })).toEqual(ENTRY);
  });

  it('reads an indirect personality past its bytes', () => {
    const indirect = [0x9b, ...word(-0x10, 4)];
    expect(functionRows([], { augmentation: 'zPR', augmentationData: [...indirect, 0] })).toEqual(ENTRY);
  });

  it('may end in letters that nobody knows, but not hide the encoding behind them', () => {
    expect(functionRows([], { augmentation: 'zRX', augmentationData: [0, 1, 2, 3] })).toEqual(ENTRY);
    expect(functionRows([], { augmentation: 'zXR', augmentationData: [1, 0] })).toEqual([]);
    expect(functionRows([], { augmentation: 'armcc+', augmentationData: [] })).toEqual([]);
  });

  it("is read with GCC 2's augmentation, which has no length", () => {
    const writer = new CfiWriter();
    const fields = [...word(0, 4), 1, ...Buffer.from('eh\0'), ...word(0, 8), ...uleb(1), ...sleb(-8), 16];
    const at = writer.entry([...fields, ...AT_ENTRY]);
    writer.fde(at, { start: CODE.address, length: 16, instructions: [] }, { sized: false });
    expect(rowsOf(elfOf(writer))).toEqual(['0x400000 RSP+8 same [CFA-8]', '0x400010 -']);
  });

  it('with an enormous augmentation is refused', () => {
    for (const length of [uleb(2 ** 50), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]]) {
      const writer = new CfiWriter();
      const fields = [...word(0, 4), 1, ...Buffer.from('zR\0'), ...uleb(1), ...sleb(-8), 16, ...length, 0];
      const at = writer.entry([...fields, ...AT_ENTRY]);
      writer.fde(at, { start: CODE.address, length: 16, instructions: [] });
      expect(rowsOf(elfOf(writer))).toEqual([]);
    }
  });
});

describe('addresses', () => {
  const start = CODE.address + 0x40;
  const dataAddress = dataAddressOf(CODE);
  const textAddress = CODE.address;

  /** `pointers` gets the address of the FDE's first pointer. */
  function rowsWith(
    encoding: number,
    pointers: (at: number) => number[],
    extra: Uint8Array[] = [],
  ): string[] | string {
    const writer = new CfiWriter();
    const cie = writer.cie({ augmentationData: [encoding] });
    const at = dataAddress + writer.length + 8;
    writer.fde(cie, { start, length: 0x20, instructions: [] }, { pointers: pointers(at) });
    const sections = [{ name: '.eh_frame', bytes: writer.finish() }];
    const more = extra.map((bytes, i) => ({ name: ['.got', '.other'][i]!, bytes }));
    const text = { name: '.text', bytes: new Uint8Array(0), address: textAddress };
    return rowsOf(writeCfiElf({ text: CODE, sections: [...sections, ...more, text] }));
  }
  const expected = ['0x400040 RSP+8 same [CFA-8]', '0x400060 -'];

  it.each<[string, number, (at: number) => number[]]>([
    ['absptr', 0x00, () => [...word(start, 8), ...word(0x20, 8)]],
    ['uleb128', 0x01, () => [...uleb(start), ...uleb(0x20)]],
    ['udata4', 0x03, () => [...word(start, 4), ...word(0x20, 4)]],
    ['udata8', 0x04, () => [...word(start, 8), ...word(0x20, 8)]],
    ['sleb128', 0x09, () => [...sleb(start), ...sleb(0x20)]],
    ['pcrel sdata4', 0x1b, (at) => [...word(start - at, 4), ...word(0x20, 4)]],
    ['pcrel sdata8', 0x1c, (at) => [...word(start - at, 8), ...word(0x20, 8)]],
    ['pcrel absptr', 0x10, (at) => [...word(start - at, 8), ...word(0x20, 8)]],
    ['textrel udata2', 0x22, () => [...word(start - textAddress, 2), ...word(0x20, 2)]],
    ['textrel sdata2', 0x2a, () => [...word(start - textAddress, 2), ...word(0x20, 2)]],
  ])('may be stored as %s', (_, encoding, pointers) => {
    expect(rowsWith(encoding, pointers)).toEqual(expected);
  });

  it('may count from the global offset table', () => {
    const rows = (gotAddress: number) =>
      rowsWith(0x3b, () => [...word(start - gotAddress, 4), ...word(0x20, 4)], [new Uint8Array(8)]);
    // .got lies right behind .eh_frame, which has a CIE and an FDE of some 50 bytes.
    const places = Array.from({ length: 64 }, (_, i) => dataAddress + 32 + i);
    expect(places.map(rows)).toContainEqual(expected);
  });

  it('may be where a pointer points to', () => {
    const rows = (from: number) =>
      rowsWith(0x80, () => [...word(from, 8), ...word(0x20, 8)], [Uint8Array.from(word(start, 8))]);
    const places = Array.from({ length: 64 }, (_, i) => dataAddress + 32 + i);
    expect(places.map(rows)).toContainEqual(expected);
    expect(rows(0x1234_5678_9abc)).toEqual([]);
  });

  it.each([0x05, 0x0f, 0x40, 0x70])('stored as 0x%s, which nobody defines here, are left out', (encoding) => {
    expect(rowsWith(encoding, () => [...word(start, 8), ...word(0x20, 8)])).toEqual([]);
  });
});

function elfOf(writer: CfiWriter): Uint8Array {
  return writeCfiElf({ text: CODE, sections: [{ name: '.eh_frame', bytes: writer.finish() }] });
}
