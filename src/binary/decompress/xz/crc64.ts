// CRC-64 of ECMA-182, reflected, as .xz files use it, in two halves of 32 bits.

const POLYNOMIAL_HIGH = 0xc96c_5795;
const POLYNOMIAL_LOW = 0xd787_0f42;

const high = new Uint32Array(256);
const low = new Uint32Array(256);
for (let byte = 0; byte < 256; byte++) {
  let [h, l] = [0, byte];
  for (let bit = 0; bit < 8; bit++) {
    const carry = l & 1;
    l = ((l >>> 1) | (h << 31)) >>> 0;
    h >>>= 1;
    if (carry === 1) {
      h = (h ^ POLYNOMIAL_HIGH) >>> 0;
      l = (l ^ POLYNOMIAL_LOW) >>> 0;
    }
  }
  high[byte] = h;
  low[byte] = l;
}

/** Eight bytes, little endian, as they stand in the file. */
export function crc64(bytes: Uint8Array): Uint8Array {
  let [h, l] = [0xffff_ffff, 0xffff_ffff];
  for (const byte of bytes) {
    const index = (l ^ byte) & 255;
    l = ((l >>> 8) | (h << 24)) ^ low[index]!;
    h = (h >>> 8) ^ high[index]!;
  }
  const result = new DataView(new ArrayBuffer(8));
  result.setUint32(0, ~l >>> 0, true);
  result.setUint32(4, ~h >>> 0, true);
  return new Uint8Array(result.buffer);
}
