// Brackets, and the one case in which a text depends on those around it: `a > b` needs parentheses directly inside of
// template arguments, where `>` would end them, and nowhere else (LLVM's form).

// Stand for parentheses that are needed there. A name is read as bytes: nothing else in a text is beyond 0xff.
const MAYBE_OPEN = '\ue000';
const MAYBE_CLOSE = '\ue001';
const MAYBE = /[\ue000\ue001]/g;

/** Of one name. */
export class Brackets {
  /** No text needs to be looked through before. */
  private used = false;

  /** An operation with `>` or `>>`. */
  greater(text: string): string {
    this.used = true;
    return MAYBE_OPEN + this.without(text) + MAYBE_CLOSE;
  }

  round(text: string): string {
    return `(${this.without(text)})`;
  }

  square(text: string): string {
    return `[${this.without(text)}]`;
  }

  curly(text: string): string {
    return `{${this.without(text)}}`;
  }

  angle(text: string): string {
    if (!this.used) return `<${text}>`;
    return `<${text.replaceAll(MAYBE_OPEN, '(').replaceAll(MAYBE_CLOSE, ')')}>`;
  }

  /** As in none of all these. */
  without(text: string): string {
    return this.used ? text.replace(MAYBE, '') : text;
  }
}
