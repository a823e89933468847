// shortName: a function's name as there is room for it in a flame graph.

/** Of a name within a name; deeper ones are not looked into. */
const MAX_DEPTH = 8;
const ELIDED = '<…>';

/** What the C++ compiler makes for something: the something is shortened. */
const MADE_FOR =
  /^(?:(?:construction )?vtable|VTT|typeinfo|typeinfo name|guard variable|reference temporary|thread-local (?:wrapper|initialization) routine|template parameter object) for |^(?:(?:non-)?virtual|covariant return) thunk to |^invocation function for block in /;
/** Longest first. `operator<<char>` is `<` of char: what follows a symbol begins with a bracket. */
const OPERATOR =
  /operator(?: (?:new|delete)(?:\[\])?| co_await|"" ?[\w$]+|(?:\(\)|\[\]|<=>|<<=|>>=|->\*|->|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%^&|]=|[-+*/%^&|~!=<>,])(?=[(<[]|$))/y;
const CONVERSION = /operator (?=[^ ])/y;
/** Behind a parameter list, up to what is in the function. */
const QUALIFIERS_BEFORE_SCOPE = /(?: const| volatile| restrict| &&?| noexcept)*(?=::)/y;
/** Nothing in it means anything to us. */
const ORDINARY = /(?:[^ (<[{o]|o(?!perator))+/y;
const WORD = /[\w$]/;
const CLOSING: Record<string, string> = { '(': ')', '[': ']', '{': '}', '<': '>' };

/**
 * Without return type, parameters and what is behind them; template arguments are `<…>`:
 *
 *     void std::vector<int, std::allocator<int>>::emplace_back<int>(int&&)   std::vector<…>::emplace_back<…>
 *     (anonymous namespace)::f(int)::'lambda'(char)::operator()(char) const  (anonymous namespace)::f::'lambda'::operator()
 *     <alloc::vec::Vec<T> as core::iter::Extend<T>>::extend                  <alloc::vec::Vec<…> as core::iter::Extend<…>>::extend
 *     main.(*List[...]).Push                                                 main.(*List[...]).Push
 *
 * `demangled` is of C++, Rust, Go or anything else; what is not understood comes back as it is.
 */
export function shortName(demangled: string): string {
  const madeFor = MADE_FOR.exec(demangled)?.[0] ?? '';
  return (
    madeFor + (new Shortener(demangled.slice(madeFor.length), 0).shorten() ?? demangled.slice(madeFor.length))
  );
}

class Shortener {
  private readonly text: string;
  private readonly depth: number;
  private at = 0;
  /** Since the last space: a return type is before it, if this is a function. */
  private name = '';
  private beforeName = '';
  private hasParameters = false;

  constructor(text: string, depth: number) {
    this.text = text;
    this.depth = depth;
  }

  /** Null where brackets do not match. */
  shorten(): string | null {
    while (this.at < this.text.length) {
      const step = this.step();
      if (step === 'unmatched') return null;
      if (step === 'end') break;
    }
    return this.hasParameters ? this.name : this.beforeName + this.name;
  }

  private step(): 'on' | 'end' | 'unmatched' {
    if (this.takeOperator()) return 'on';
    const letter = this.text[this.at]!;
    switch (letter) {
      case ' ':
        return this.space();
      case '(':
        return this.parenthesis();
      case '<':
        return this.angle();
      case '[':
      case '{':
        return this.verbatim();
      default:
        this.emit(matchLength(ORDINARY, this.text, this.at) || 1);
        return 'on';
    }
  }

  private emit(length: number): void {
    this.name += this.text.slice(this.at, this.at + length);
    this.at += length;
  }

  private space(): 'on' {
    this.beforeName += `${this.name} `;
    this.name = '';
    this.at++;
    return 'on';
  }

  /** An operator's symbol, brackets among them, is part of the name. */
  private takeOperator(): boolean {
    if (this.text[this.at] !== 'o' || (this.at > 0 && WORD.test(this.text[this.at - 1]!))) return false;
    const length = matchLength(OPERATOR, this.text, this.at) || matchLength(CONVERSION, this.text, this.at);
    this.emit(length);
    if (!this.text.slice(0, this.at).endsWith('operator ')) return length > 0;
    // A conversion: its type goes on to its parameters, and may have spaces.
    while (this.at < this.text.length && !'(<'.includes(this.text[this.at]!)) this.emit(1);
    return true;
  }

  private parenthesis(): 'on' | 'end' | 'unmatched' {
    const end = closing(this.text, this.at);
    if (end < 0) return 'unmatched';
    const before = this.text[this.at - 1];
    if (this.text.startsWith('(anonymous namespace)', this.at) || before === '.') {
      this.emit(end + 1 - this.at);
      return 'on';
    }
    if (before === ' ') return this.declarator(end);
    if (before === undefined || before === ':' || /(?:^|[^\w$])decltype$/.test(this.name)) {
      this.emit(end + 1 - this.at);
      return 'on';
    }
    this.hasParameters = true;
    this.at = end + 1;
    this.at += matchLength(QUALIFIERS_BEFORE_SCOPE, this.text, this.at);
    return this.text.startsWith('::', this.at) ? 'on' : 'end';
  }

  /** `int (*f(char))(int)` is a function `f`; ` (.cold)` is nothing of a name's. */
  private declarator(end: number): 'end' | 'unmatched' {
    const inside = this.text.slice(this.at + 1, end);
    const pointers = /^(?:[^()<>]*::)?[*&]+/.exec(inside)?.[0] ?? '';
    const inner = pointers === '' || this.depth === MAX_DEPTH ? null : inside.slice(pointers.length);
    if (inner === null) {
      // Without what is in parentheses.
      this.name = this.beforeName.trimEnd();
      this.beforeName = '';
      this.at = this.text.length;
      return 'end';
    }
    const short = new Shortener(inner, this.depth + 1).shorten();
    if (short === null) return 'unmatched';
    this.name = short;
    this.hasParameters = true;
    return 'end';
  }

  private angle(): 'on' | 'unmatched' {
    const end = closing(this.text, this.at);
    if (end < 0) return 'unmatched';
    const inside = this.text.slice(this.at + 1, end);
    // Rust's `<Type as Trait>` and `<impl Trait for Type>` are what the function belongs to.
    const isOwner = (this.name === '' && this.beforeName === '') || inside.startsWith('impl ');
    const short = isOwner && this.depth < MAX_DEPTH ? new Shortener(inside, this.depth + 1).elided() : null;
    this.name += short === null ? ELIDED : `<${short}>`;
    this.at = end + 1;
    return 'on';
  }

  /** Only template arguments are left out. */
  private elided(): string | null {
    while (this.at < this.text.length) {
      if (this.text[this.at] !== '<') this.emit(1);
      else if (this.angle() === 'unmatched') return null;
    }
    return this.name;
  }

  private verbatim(): 'on' | 'unmatched' {
    const end = closing(this.text, this.at);
    if (end < 0) return 'unmatched';
    // Tags of C++'s ABI tell apart what nobody takes for each other.
    if (this.text.startsWith('[abi:', this.at)) this.at = end + 1;
    else this.emit(end + 1 - this.at);
    return 'on';
  }
}

/** Where the bracket at `open` is closed; -1 where it is not. */
function closing(text: string, open: number): number {
  const expected: string[] = [];
  for (let at = open; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === 'o' && !(at > 0 && WORD.test(text[at - 1]!))) {
      at += Math.max(0, matchLength(OPERATOR, text, at) - 1);
    } else if ((letter === '<' || letter === '>') && isComparison(text, at)) {
      continue;
    } else if (CLOSING[letter] !== undefined) {
      expected.push(CLOSING[letter]);
    } else if (letter === expected.at(-1)) {
      expected.pop();
      if (expected.length === 0) return at;
    }
  }
  return -1;
}

/** ` < `, ` >> `, `->`, `=>`: no brackets. */
function isComparison(text: string, at: number): boolean {
  if (text[at] === '>' && (text[at - 1] === '-' || text[at - 1] === '=')) return true;
  return /^ (?:<|>|<<|>>|<=|>=|<=>) $/.test(surrounding(text, at));
}

/** The symbol that the character is part of, with what is before and behind it. */
function surrounding(text: string, at: number): string {
  let from = at;
  let to = at + 1;
  while (from > 0 && at - from < 3 && '<>='.includes(text[from - 1]!)) from--;
  while (to < text.length && to - at < 3 && '<>='.includes(text[to]!)) to++;
  return text.slice(Math.max(0, from - 1), to + 1);
}

/** Of a sticky expression; 0 where it does not match. */
function matchLength(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.exec(text)?.[0].length ?? 0;
}
