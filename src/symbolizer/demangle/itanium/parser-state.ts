// ParserState: a mangled name while it is read (Itanium C++ ABI, 5.1), and what earlier parts of it are referred to
// later. The grammar itself is functions over it, a file for each of its sections.
import { giveUp } from '../not-mangled.ts';
import { Brackets } from './brackets.ts';
import { Budget, Deferred, textAt, type PackPosition, type Part, type Text } from './text.ts';

/** A template in a template takes three; names have some ten. 600 take 420 KB of the 984 of V8's stack. */
const MAX_DEPTH = 600;
/** More digits than any length, index or discriminator has. */
const MAX_DIGITS = 9;

/** A template argument that comes later in the name than what refers to it: a conversion operator's type can. */
export interface ForwardReference {
  index: number;
  target: Part | null;
}

export class ParserState {
  readonly brackets = new Brackets();
  readonly budget = new Budget();
  /** What `S_`, `S0_`, … stand for. */
  readonly substitutions: Part[] = [];
  /** By level: what `T_`, `T0_`, … and `TL0__`, … stand for; null for a generic lambda's own, which have no list. */
  templateParams: (Part[] | null)[] = [];
  forwardReferences: ForwardReference[] = [];
  /** Template arguments behind a type belong to it; not behind a conversion operator's, which they follow. */
  typeTakesTemplateArgs = true;
  permitsForwardReferences = false;
  /** Inside of constraints, parameters are shown by number: their levels are not known there. */
  parametersByNumber = false;
  /** Level of the generic lambda whose parameters are read, or -1. */
  lambdaLevel = -1;
  /** Names invented for template parameters of lambdas so far, by kind. */
  readonly invented = { type: 0, value: 0, template: 0 };
  private readonly name: string;
  private position: number;
  private depth = 0;

  constructor(name: string, position: number) {
    this.name = name;
    this.position = position;
  }

  get atEnd(): boolean {
    return this.position >= this.name.length;
  }

  /** The next character but `ahead`; '' behind the end. */
  look(ahead = 0): string {
    return this.name.charAt(this.position + ahead);
  }

  skip(characters: number): void {
    this.position += characters;
  }

  /** Consumes the text if it comes next. */
  take(text: string): boolean {
    if (!this.name.startsWith(text, this.position)) return false;
    this.position += text.length;
    return true;
  }

  /** The text has to come next. */
  expect(text: string): void {
    if (!this.take(text)) giveUp();
  }

  isDigit(ahead = 0): boolean {
    const code = this.name.charCodeAt(this.position + ahead);
    return code >= 0x30 && code <= 0x39;
  }

  /** `[n] <digits>`, as it stands there; '' where there are no digits. */
  number(mayBeNegative = false): string {
    const start = this.position;
    if (mayBeNegative) this.take('n');
    if (!this.isDigit()) return '';
    while (this.isDigit()) this.position++;
    return this.name.slice(start, this.position);
  }

  /** A number that counts something. */
  count(): number {
    const digits = this.number();
    if (digits === '' || digits.length > MAX_DIGITS) giveUp();
    return Number(digits);
  }

  /** `<seq-id>`: base 36, in capitals; -1 where there is none. */
  sequenceId(): number {
    const start = this.position;
    let value = 0;
    for (; ; this.position++) {
      const digit = base36(this.name.charCodeAt(this.position));
      if (digit < 0 || this.position - start > MAX_DIGITS) break;
      value = value * 36 + digit;
    }
    return this.position === start ? -1 : value;
  }

  /** `<source-name>`: a length, and so many characters. */
  identifier(): string {
    const length = this.count();
    const start = this.position;
    if (length === 0 || start + length > this.name.length) giveUp();
    this.position += length;
    return this.name.slice(start, this.position);
  }

  /** Everything up to the end. */
  rest(): string {
    const rest = this.name.slice(this.position);
    this.position = this.name.length;
    return rest;
  }

  /** From a place on that was `here` before, less `fromEnd` characters. */
  since(here: number, fromEnd: number): string {
    return this.name.slice(here, this.position - fromEnd);
  }

  get here(): number {
    return this.position;
  }

  /** Before every production that can contain itself; `leave` behind it. Where the name is given up nobody leaves. */
  enter(): void {
    if (++this.depth > MAX_DEPTH) giveUp();
  }

  leave(): void {
    this.depth--;
  }

  /** Remembers it for later substitutions. */
  remember(part: Part): Part {
    this.substitutions.push(part);
    return part;
  }

  /** Reads with no template parameters in scope: those of an encoding have nothing to do with those around it. */
  withOwnTemplateParams<T>(read: () => T): T {
    const saved = this.templateParams;
    this.templateParams = [];
    const result = read();
    this.templateParams = saved;
    return result;
  }

  /** With one of the switches above set to another value while `read` runs. */
  with<K extends Switch, T>(key: K, value: this[K], read: () => T): T {
    const saved = this[key];
    this[key] = value;
    const result = read();
    this[key] = saved;
    return result;
  }

  /** A position for texts that are made now. Outside of expansions a pack stands for its first element. */
  outsidePacks(): PackPosition {
    return { index: 0, size: null, budget: this.budget };
  }

  /** A parameter pack: which of its elements is meant depends on what is made of it. */
  pack(elements: readonly Part[], absent: Text): Deferred {
    const forward = elements.some((element) => element instanceof Deferred && element.forward);
    return new Deferred((position) => {
      position.size ??= elements.length;
      const element = elements[position.index];
      return element === undefined ? absent : textAt(element, position);
    }, forward);
  }
}

type Switch = 'typeTakesTemplateArgs' | 'permitsForwardReferences' | 'parametersByNumber' | 'lambdaLevel';

function base36(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x41 && code <= 0x5a ? code - 0x41 + 10 : -1;
}
