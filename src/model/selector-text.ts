// Selectors as text: `{comm="node", pod=~"web-.*", user notin ("root", "ci")}`. Braces, `=`, `!=`, `=~` and `!~` are those
// of PromQL, the sets are those of Kubernetes' label selectors. Routes, command line and page all read it here.
import type { LabelName, Matcher, MatcherOperator, Selector } from './selector.ts';
import { LABELS } from './selector.ts';

export type ParsedSelector = { ok: true; selector: Selector } | { ok: false; message: string };

/** Longer text is refused before it is read. It also bounds what all sets and patterns of a selector come to. */
export const MAX_SELECTOR_LENGTH = 10_000;
/** Among 20,000 processes so many take 0.05 to 0.9 s, and no more memory than one: they make one set of processes. */
export const MAX_MATCHERS = 500;
/** Of one selector: each is matched against all values of its label, and is a set of its own. */
export const MAX_PATTERNS = 20;

/** Reads a selector; empty text and `{}` select everything. Columns in messages are 1-based. */
export function parseSelector(text: string): ParsedSelector {
  if (text.length > MAX_SELECTOR_LENGTH) {
    return {
      ok: false,
      message: `the selector has ${text.length} characters, at most ${MAX_SELECTOR_LENGTH} are read`,
    };
  }
  try {
    return { ok: true, selector: new SelectorReader(text).read() };
  } catch (error) {
    if (error instanceof SelectorSyntax) return { ok: false, message: error.message };
    throw error;
  }
}

/** The text that `parseSelector` reads back as the same selector. */
export function formatSelector(selector: Selector): string {
  return `{${selector.map(formatMatcher).join(', ')}}`;
}

export function formatMatcher(matcher: Matcher): string {
  if (!('values' in matcher)) return `${matcher.label}${matcher.op}${quote(matcher.value)}`;
  return `${matcher.label} ${matcher.op} (${matcher.values.map(quote).join(', ')})`;
}

function quote(value: string): string {
  const escaped = value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`));
  return `"${escaped}"`;
}

/** Messages end up in logs and on screens. */
function shortened(name: string): string {
  return name.length > 40 ? `${name.slice(0, 40)}…` : name;
}

class SelectorSyntax extends Error {}

class SelectorReader {
  #position = 0;
  #patterns = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Matcher[] {
    this.#skipSpace();
    if (this.#atEnd()) return [];
    this.#expect('{');
    const matchers = this.#list('}', `',' or '}'`, (read) => {
      if (read === MAX_MATCHERS) this.#fail(`more than ${MAX_MATCHERS} matchers`);
      return this.#matcher();
    });
    this.#skipSpace();
    if (!this.#atEnd()) this.#fail('expected the end of the selector');
    return matchers;
  }

  /** Items with commas between them, and perhaps after the last, up to `end`. `item` is told how many there are. */
  #list<T>(end: string, expected: string, item: (read: number) => T): T[] {
    const items: T[] = [];
    this.#skipSpace();
    while (this.#peek() !== end) {
      items.push(item(items.length));
      this.#skipSpace();
      if (this.#peek() !== ',') break;
      this.#position++;
      this.#skipSpace();
    }
    if (this.#peek() !== end) this.#fail(`expected ${expected}`);
    this.#position++;
    return items;
  }

  #matcher(): Matcher {
    const label = this.#label();
    this.#skipSpace();
    const op = this.#operator();
    if ((op === '=~' || op === '!~') && this.#patterns++ === MAX_PATTERNS) {
      this.#fail(`more than ${MAX_PATTERNS} regular expressions`);
    }
    this.#skipSpace();
    if (op === 'in' || op === 'notin') return { label, op, values: this.#set() };
    return { label, op, value: this.#string() };
  }

  #label(): LabelName {
    const name = this.#word();
    if (name === '') this.#fail(`expected a label name or '}'`);
    const label = LABELS.find((known) => known === name);
    if (label === undefined) {
      this.#fail(`unknown label '${shortened(name)}'`, `; the labels are ${LABELS.join(', ')}`);
    }
    this.#position += name.length;
    return label;
  }

  #operator(): MatcherOperator {
    const word = this.#word();
    const sign = this.#text.slice(this.#position, this.#position + 2);
    const op =
      word === 'in' || word === 'notin'
        ? word
        : ((['!=', '=~', '!~'] as const).find((known) => known === sign) ??
          (sign[0] === '=' ? '=' : undefined));
    if (op === undefined) this.#fail(`expected '=', '!=', '=~', '!~', 'in' or 'notin'`);
    this.#position += op.length;
    return op;
  }

  #set(): string[] {
    this.#expect('(');
    // A set without values would be a way to write nothing, or everything, by mistake.
    this.#skipSpace();
    if (this.#peek() === ')') this.#fail(`expected '"'`);
    return this.#list(')', `',' or ')'`, () => this.#string());
  }

  #string(): string {
    this.#expect('"');
    let value = '';
    while (this.#peek() !== '"') {
      if (this.#atEnd()) this.#fail(`expected '"'`);
      value += this.#peek() === '\\' ? this.#escape() : this.#peek();
      this.#position++;
    }
    this.#position++;
    return value;
  }

  /** Leaves the position on the escape's last character. */
  #escape(): string {
    this.#position++;
    const c = this.#peek();
    if (c === '"' || c === '\\') return c;
    if (c === 'n') return '\n';
    this.#fail(String.raw`expected \", \\ or \n`);
  }

  /** The name that begins here, '' where none does. */
  #word(): string {
    const word = /[A-Za-z_][A-Za-z0-9_]*/y;
    word.lastIndex = this.#position;
    return word.exec(this.#text)?.[0] ?? '';
  }

  #expect(c: string): void {
    if (this.#peek() !== c) this.#fail(`expected '${c}'`);
    this.#position++;
  }

  #peek(): string {
    return this.#text.charAt(this.#position);
  }

  #atEnd(): boolean {
    return this.#position >= this.#text.length;
  }

  #skipSpace(): void {
    while (/^\s$/.test(this.#peek())) this.#position++;
  }

  #fail(what: string, then = ''): never {
    throw new SelectorSyntax(`${what} at column ${this.#position + 1}${then}`);
  }
}
