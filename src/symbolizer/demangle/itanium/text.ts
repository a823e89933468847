// What the parser makes of each part of a name: its text, in two halves.
//
// C++ writes a type around what it declares. `int (*)[5]` is a pointer to an array: `int (*` stands left of where a
// name would be, `) [5]` right of it. A pointer to that again goes between the halves: `int (**) [5]`.
//
// Text is made at once wherever it can be. It cannot where a part depends on which element of a parameter pack is
// meant, or on a template argument that follows later in the name: that part and all around it is `Deferred`.
import { giveUp } from '../not-mangled.ts';

/** What a pointer or reference to it has to be told apart from by parentheses. */
export type Shape = 'plain' | 'array' | 'function';

/** What somebody asks about a part besides its text. */
export type Kind =
  | 'plain'
  | 'name' // `base` is the name itself
  | 'lvalue-reference' // `inner` is what is referred to
  | 'rvalue-reference'
  | 'closure' // `inner` is the lambda's parameter list
  | 'objc-protocol' // of objc_object; `base` is the protocol
  | 'substitution' // a standard abbreviation; `inner` is what it stands for
  | 'module'
  | 'designator'; // of an initializer: `.x = 1`

/** Operators bind tighter the lower the number; operands are put in parentheses by it (C++20, [expr]). */
export const Precedence = {
  primary: 0,
  postfix: 1,
  unary: 2,
  cast: 3,
  memberPointer: 4,
  multiplicative: 5,
  additive: 6,
  shift: 7,
  spaceship: 8,
  relational: 9,
  equality: 10,
  and: 11,
  xor: 12,
  or: 13,
  logicalAnd: 14,
  logicalOr: 15,
  conditional: 16,
  assignment: 17,
  comma: 18,
  any: 19,
} as const;

/**
 * Characters of any half at most. A name of a kilobyte can stand for gigabytes, by naming what it has said twice, and
 * that twice again; as strings are concatenated without a copy, the halves are cheap until somebody reads them.
 */
export const MAX_TEXT_LENGTH = 1 << 16;

export class Text {
  readonly left: string;
  readonly right: string;
  readonly shape: Shape;
  readonly kind: Kind;
  readonly precedence: number;
  /** The last name in it, without qualifiers and template arguments: what a constructor is called. */
  readonly base: string;
  readonly inner: Text | null;

  constructor(
    left: string,
    right = '',
    shape: Shape = 'plain',
    kind: Kind = 'plain',
    base = '',
    inner: Text | null = null,
    precedence: number = Precedence.primary,
  ) {
    if (left.length > MAX_TEXT_LENGTH || right.length > MAX_TEXT_LENGTH) giveUp();
    this.left = left;
    this.right = right;
    this.shape = shape;
    this.kind = kind;
    this.base = base;
    this.inner = inner;
    this.precedence = precedence;
  }

  /** Both halves. */
  get whole(): string {
    return joined(this.left, this.right);
  }
}

/** A name, of which `base` is the last part. */
export function named(text: string, base = text): Text {
  return new Text(text, '', 'plain', 'name', base);
}

/** An expression. */
export function operation(text: string, precedence: number): Text {
  return new Text(text, '', 'plain', 'plain', '', null, precedence);
}

/** Dimensions of one array stand without space: ` [2]` behind `int [3]`. */
export function joined(left: string, right: string): string {
  if (right === '') return left;
  return right.startsWith(' [') && left.endsWith(']') ? left + right.slice(1) : left + right;
}

export type Part = Text | Deferred;

/** Which element of parameter packs is meant while a text is made. */
export interface PackPosition {
  index: number;
  /** Elements of the packs that were come across; null as long as there was none. */
  size: number | null;
  /** Texts that may still be made for this name, and how deep in each other. */
  budget: Budget;
}

/** Real names take some hundred steps; the rest is what a name costs at most, about a tenth of a second. */
const MAX_STEPS = 1 << 18;
const MAX_DEPTH = 600;

export class Budget {
  private steps = 0;
  private depth = 0;

  /** Runs `make` one level deeper. */
  spend(make: () => Text): Text {
    if (++this.steps > MAX_STEPS || ++this.depth > MAX_DEPTH) giveUp();
    const text = make();
    this.depth--;
    return text;
  }
}

export class Deferred {
  /** Also depends on template arguments that the parser has not come to. */
  readonly forward: boolean;
  private readonly make: (position: PackPosition) => Text;

  constructor(make: (position: PackPosition) => Text, forward: boolean) {
    this.make = make;
    this.forward = forward;
  }

  at(position: PackPosition): Text {
    return position.budget.spend(() => this.make(position));
  }
}

export function textAt(part: Part, position: PackPosition): Text {
  return part instanceof Text ? part : part.at(position);
}

export function isForward(part: Part): boolean {
  return part instanceof Deferred && part.forward;
}

/** A text made of one part. */
export function from(part: Part, make: (text: Text) => Text): Part {
  if (part instanceof Text) return make(part);
  return new Deferred((position) => make(part.at(position)), part.forward);
}

/** A text made of two parts. */
export function fromTwo(first: Part, second: Part, make: (first: Text, second: Text) => Text): Part {
  if (first instanceof Text && second instanceof Text) return make(first, second);
  const forward = isForward(first) || isForward(second);
  return new Deferred((position) => make(textAt(first, position), textAt(second, position)), forward);
}

/** A text made of any number of parts. */
export function fromAll(parts: readonly Part[], make: (texts: readonly Text[]) => Text): Part {
  if (parts.every((part) => part instanceof Text)) return make(parts);
  return new Deferred((position) => make(parts.map((part) => textAt(part, position))), parts.some(isForward));
}

export function prefixed(prefix: string, part: Part): Part {
  return from(part, (text) => new Text(prefix + text.whole));
}
