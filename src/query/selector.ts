// Selectors as text: `{comm="node", pid!="42"}`, the braces and matchers of PromQL.
import type { LabelName, Matcher, Selector } from '../model/selector.ts';
import { LABELS } from '../model/selector.ts';

export type ParsedSelector = { ok: true; selector: Selector } | { ok: false; message: string };

/** Longer text is refused before it is read. */
export const MAX_SELECTOR_LENGTH = 10_000;
/** Each may cost the store a join: 50 took 0.1 s, 100 up to 1 s, 400 more memory than it has. */
export const MAX_MATCHERS = 50;

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
  return `{${selector.map((m) => `${m.label}${m.op}${quote(m.value)}`).join(', ')}}`;
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
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Matcher[] {
    this.#skipSpace();
    if (this.#atEnd()) return [];
    this.#expect('{');
    const matchers: Matcher[] = [];
    this.#skipSpace();
    while (this.#peek() !== '}') {
      if (matchers.length === MAX_MATCHERS) this.#fail(`more than ${MAX_MATCHERS} matchers`);
      matchers.push(this.#matcher());
      this.#skipSpace();
      if (this.#peek() !== ',') break;
      this.#position++;
      this.#skipSpace();
    }
    if (this.#peek() !== '}') this.#fail(`expected ',' or '}'`);
    this.#position++;
    this.#skipSpace();
    if (!this.#atEnd()) this.#fail('expected the end of the selector');
    return matchers;
  }

  #matcher(): Matcher {
    const label = this.#label();
    this.#skipSpace();
    const op = this.#operator();
    this.#skipSpace();
    return { label, op, value: this.#string() };
  }

  #label(): LabelName {
    const start = this.#position;
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(this.#text.slice(start))?.[0];
    if (name === undefined) this.#fail(`expected a label name or '}'`);
    const label = LABELS.find((known) => known === name);
    if (label === undefined) {
      this.#fail(`unknown label '${shortened(name)}'`, `; the labels are ${LABELS.join(', ')}`);
    }
    this.#position += name.length;
    return label;
  }

  #operator(): Matcher['op'] {
    const two = this.#text.slice(this.#position, this.#position + 2);
    if (two === '=~' || two === '!~') {
      this.#fail(`the operator ${two}`, ' is not supported yet; use = or !=');
    }
    if (two === '!=') {
      this.#position += 2;
      return '!=';
    }
    if (two.startsWith('=')) {
      this.#position++;
      return '=';
    }
    this.#fail(`expected '=' or '!='`);
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
