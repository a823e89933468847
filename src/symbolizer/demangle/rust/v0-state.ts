// V0State: a name in Rust's second mangling while it is read (Rust RFC 2603, "v0").
import { giveUp } from '../not-mangled.ts';
import { decodePunycode } from './punycode.ts';

/** Types nest some twenty levels. */
const MAX_DEPTH = 200;
/** Back references lead to parts that are read again, and these may have others: without a limit, for ever. */
const MAX_STEPS = 1 << 16;
const MAX_TEXT_LENGTH = 1 << 16;
/** More digits than any of 64 bits has. */
const MAX_BASE_62_DIGITS = 11;
const MAX_LENGTH_DIGITS = 5;

export class V0State {
  /** Lifetimes that the binders around have introduced. */
  boundLifetimes = 0;
  private readonly name: string;
  private position: number;
  /** Where positions of back references count from. */
  private readonly start: number;
  private depth = 0;
  private steps = 0;

  constructor(name: string, start: number) {
    this.name = name;
    this.start = start;
    this.position = start;
  }

  get atEnd(): boolean {
    return this.position >= this.name.length;
  }

  look(): string {
    return this.name.charAt(this.position);
  }

  next(): string {
    const letter = this.look();
    this.position++;
    return letter;
  }

  take(letter: string): boolean {
    if (this.look() !== letter) return false;
    this.position++;
    return true;
  }

  expect(letter: string): void {
    if (!this.take(letter)) giveUp();
  }

  /** Every production that can contain itself goes through here. */
  nested(read: () => string): string {
    if (++this.depth > MAX_DEPTH || ++this.steps > MAX_STEPS) giveUp();
    const text = read();
    if (text.length > MAX_TEXT_LENGTH) giveUp();
    this.depth--;
    return text;
  }

  /** What `read` makes of each part up to the `E`. */
  listUntilE(read: () => string): string[] {
    const list: string[] = [];
    let length = 0;
    while (!this.take('E')) {
      const text = read();
      length += text.length;
      if (length > MAX_TEXT_LENGTH) giveUp();
      list.push(text);
    }
    return list;
  }

  /** `B <base-62-number>`, of which the `B` is read: what `read` makes of an earlier place. */
  backReference(read: () => string): string {
    const here = this.position - 1;
    const place = this.start + this.base62();
    if (place >= here) giveUp();
    const behind = this.position;
    this.position = place;
    const text = this.nested(read);
    this.position = behind;
    return text;
  }

  /** `_` is 0, `0_` 1, … */
  base62(): number {
    if (this.take('_')) return 0;
    let value = 0;
    for (let digits = 1; digits <= MAX_BASE_62_DIGITS; digits++) {
      value = value * 62 + digit62(this.next());
      if (this.take('_')) return value + 1;
    }
    return giveUp();
  }

  /** 0 without the letter, else one more than the number behind it. */
  optionalBase62(letter: string): number {
    return this.take(letter) ? this.base62() + 1 : 0;
  }

  /** `[s <disambiguator>] <identifier>`, of which only the identifier is given */
  disambiguatedIdentifier(): string {
    this.optionalBase62('s');
    return this.identifier();
  }

  /** `[u] <decimal length> [_] <bytes>` */
  identifier(): string {
    const isPunycode = this.take('u');
    const bytes = this.plainIdentifier();
    if (!isPunycode) return bytes;
    const delimiter = bytes.lastIndexOf('_');
    return decodePunycode(bytes.slice(0, Math.max(0, delimiter)), bytes.slice(delimiter + 1));
  }

  /** Of ASCII letters: nothing is encoded in it. */
  plainIdentifier(): string {
    const length = this.decimal();
    this.take('_'); // apart from digits
    const end = this.position + length;
    if (end > this.name.length) giveUp();
    const bytes = this.name.slice(this.position, end);
    this.position = end;
    return bytes;
  }

  /** Digits of a constant's value, in hexadecimal, up to the `_`. */
  hexDigits(): string {
    const start = this.position;
    while (/[0-9a-f]/.test(this.look())) this.position++;
    const digits = this.name.slice(start, this.position);
    this.expect('_');
    return digits;
  }

  private decimal(): number {
    const start = this.position;
    if (this.take('0')) return 0;
    while (/[0-9]/.test(this.look())) this.position++;
    const digits = this.name.slice(start, this.position);
    return digits === '' || digits.length > MAX_LENGTH_DIGITS ? giveUp() : Number(digits);
  }
}

function digit62(letter: string): number {
  if (/^[0-9]$/.test(letter)) return letter.charCodeAt(0) - 0x30;
  if (/^[a-z]$/.test(letter)) return letter.charCodeAt(0) - 0x61 + 10;
  return /^[A-Z]$/.test(letter) ? letter.charCodeAt(0) - 0x41 + 36 : giveUp();
}
