import { describe, expect, it } from 'vitest';
import { MemorySource, type ByteSource } from '../../../src/binary/byte-source.ts';
import { SectionReader } from '../../../src/symbolizer/dwarf/section-reader.ts';

/** Counts reads, and the bytes that they brought. */
class CountingSource extends MemorySource implements ByteSource {
  reads = 0;
  bytesRead = 0;

  override readInto(target: Uint8Array, offset: number, section: string): void {
    this.reads++;
    this.bytesRead += target.length;
    super.readInto(target, offset, section);
  }
}

const LARGE = Uint8Array.from({ length: 1 << 20 }, (_, i) => (i * 7) & 0xff);

function readerOf(bytes: Uint8Array): { reader: SectionReader; source: CountingSource } {
  const source = new CountingSource(bytes);
  return { reader: new SectionReader(source, '.debug_str', true), source };
}

describe('SectionReader', () => {
  it('reads what lies together once', () => {
    const { reader, source } = readerOf(LARGE);
    for (let offset = 5000; offset < 5400; offset += 40) {
      expect(reader.at(offset, 4).u8()).toBe((offset * 7) & 0xff);
    }
    expect(source.reads).toBe(1);
    expect(source.bytesRead).toBeLessThan(10_000);
  });

  it('has as many bytes before the cursor as are wanted, up to the end of the section', () => {
    const { reader } = readerOf(LARGE);
    const whole = reader.at(10, 500_000);
    expect(whole.end - whole.at).toBeGreaterThanOrEqual(500_000);
    const last = reader.at(LARGE.length - 3, 500_000);
    expect(last.end - last.at).toBe(3);
    const end = reader.at(LARGE.length, 16);
    expect(end.end - end.at).toBe(0);
  });

  it('gives up a large buffer for the next small read', () => {
    const { reader } = readerOf(LARGE);
    reader.at(0, 900_000);
    expect(reader.byteLength).toBe(900_000);
    reader.at(1_000_000, 4);
    expect(reader.byteLength).toBeLessThan(10_000);
  });

  it('reads a section whole once that costs no more than has been read of it', () => {
    const { reader, source } = readerOf(LARGE);
    const next = (i: number): number => (i * 500_009) % LARGE.length;
    for (let i = 0; i < 1000; i++) expect(reader.at(next(i), 1).u8()).toBe((next(i) * 7) & 0xff);
    expect(source.bytesRead).toBeLessThan(2.1 * LARGE.length);
    expect(reader.byteLength).toBe(LARGE.length);
  });

  it('reads a section of many MB in pieces, however much is asked of it', () => {
    const { reader } = readerOf(new Uint8Array(8 << 20));
    for (let i = 0; i < 2000; i++) reader.at((i * 5_000_011) % (8 << 20), 1);
    expect(reader.byteLength).toBeLessThan(10_000);
  });

  it('reads strings, also those that are longer than a piece, and cuts the longest', () => {
    const long = 'x'.repeat(10_000);
    const { reader } = readerOf(Buffer.from(`a\0main\0${long}\0${'y'.repeat(100_000)}\0é\n\0`));
    expect(reader.string(2)).toBe('main');
    expect(reader.string(4)).toBe('in');
    expect(reader.string(7)).toBe(long);
    expect(reader.string(8 + long.length)).toMatch(/^y{16384}$/);
    // What would disturb a terminal is not passed on.
    expect(reader.string(8 + long.length + 100_001)).toBe('é\ufffd');
  });

  it('refuses offsets outside, and strings without an end', () => {
    const { reader } = readerOf(Buffer.from('main'));
    expect(() => reader.at(5, 1)).toThrow("beyond the section's 4 bytes");
    expect(() => reader.at(-1, 1)).toThrow("beyond the section's 4 bytes");
    expect(() => reader.exactly(2, 3)).toThrow("beyond the section's 4 bytes");
    expect(() => reader.string(4)).toThrow("beyond the section's 4 bytes");
    expect(() => reader.string(1)).toThrow('no closing zero');
  });

  it('takes a section that is missing as one without bytes', () => {
    const reader = new SectionReader(null, '.debug_addr', true);
    expect(reader.size).toBe(0);
    expect(() => reader.exactly(0, 8)).toThrow(".debug_addr at byte 0: beyond the section's 0 bytes");
    expect(() => reader.at(0, 8).u8()).toThrow('.debug_addr at byte 0');
  });

  it('keeps nothing of a piece that could not be read', () => {
    const source = new CountingSource(LARGE);
    const reader = new SectionReader(source, '.debug_str', true);
    reader.at(0, 4);
    source.readInto = () => {
      throw new Error('EIO');
    };
    expect(() => reader.at(100_000, 4)).toThrow('EIO');
    expect(() => reader.at(100_000, 4)).toThrow('EIO');
    expect(() => reader.at(0, 4)).toThrow('EIO');
  });
});
