// Types as C writes them: a declaration is built around its name, from the inside out.
//
//     PTR → FUNC_PROTO (int) → int        name  →  *name  →  (*name)(int)  →  int (*name)(int)
import { BinaryFormatError } from '../../binary/binary-format-error.ts';
import type { Btf, BtfType } from './btf.ts';
import * as btf from './constants.ts';
import { usualSpelling } from './integer-names.ts';

/** Types and parameters that one declaration is made of. Real ones have a few dozen; what refers to itself never ends. */
const MAX_STEPS = 1000;
/** A function that takes a function that takes a function … (the kernel's own MAX_RESOLVE_DEPTH is 32). */
const MAX_DEPTH = 16;
/** C compilers must accept 127 parameters. */
const MAX_PARAMETERS = 127;
/** Characters. The longest of a 6.18 kernel has 600. */
const MAX_TEXT = 8192;

/** The C declaration of a FUNC, without its `;`. Throws `BinaryFormatError`. */
export function prototypeText(types: Btf, func: BtfType): string {
  const proto = types.type(func.sizeOrType);
  if (proto.kind !== btf.BTF_KIND_FUNC_PROTO) throw malformed(proto, 'a function without a prototype');
  return declarationOf(types, proto.id, func.name);
}

/** C declaration of `name` (which may be empty) as of a type, without its `;`. Throws `BinaryFormatError`. */
export function declarationOf(types: Btf, id: number, name: string): string {
  return new Declarator(types).declare(id, name, 0);
}

class Declarator {
  private readonly types: Btf;
  private steps = 0;

  constructor(types: Btf) {
    this.types = types;
  }

  /** `inner` is the name with all that binds closer than the type of this id. */
  declare(id: number, name: string, depth: number): string {
    let inner = name;
    let qualifiers = new Qualifiers();
    for (let at = id; ;) {
      const type = this.next(at, inner);
      if (type === null) return joined(qualifiers.around('void'), inner);
      switch (type.kind) {
        case btf.BTF_KIND_PTR:
          inner = `*${qualifiers.behindStar(inner)}`;
          qualifiers = new Qualifiers();
          if (this.bindsCloser(type.sizeOrType)) inner = `(${inner})`;
          at = type.sizeOrType;
          break;
        case btf.BTF_KIND_CONST:
        case btf.BTF_KIND_VOLATILE:
        case btf.BTF_KIND_RESTRICT:
        case btf.BTF_KIND_TYPE_TAG:
          qualifiers.add(type);
          at = type.sizeOrType;
          break;
        case btf.BTF_KIND_ARRAY: {
          // Qualifiers of an array are those of its elements: they go on to where the element's type is written.
          const array = this.types.tail(type.id, 12);
          at = array.u32();
          array.skip(4); // type of its index
          inner += `[${array.u32()}]`;
          break;
        }
        case btf.BTF_KIND_FUNC_PROTO:
          inner += `(${this.parameters(type, depth + 1)})`;
          qualifiers = new Qualifiers();
          at = type.sizeOrType;
          break;
        default:
          return joined(qualifiers.around(nameOf(type)), inner);
      }
    }
  }

  private parameters(proto: BtfType, depth: number): string {
    if (depth > MAX_DEPTH || proto.vlen > MAX_PARAMETERS) {
      throw malformed(proto, `${proto.vlen} parameters at depth ${depth}`, 'limit');
    }
    this.steps += proto.vlen;
    const cursor = this.types.tail(proto.id, proto.vlen * btf.BTF_PARAM_BYTES);
    const texts = Array.from({ length: proto.vlen }, (_, i) => {
      const name = this.types.strings.textAt(cursor.u32());
      const id = cursor.u32();
      // A last one without name and type stands for those that are not declared.
      return id === 0 && name === '' && i === proto.vlen - 1 ? '...' : this.declare(id, name, depth);
    });
    return texts.length === 0 ? 'void' : texts.join(', ');
  }

  /** Null for void. */
  private next(id: number, inner: string): BtfType | null {
    if (id === 0) return null;
    const type = this.types.type(id);
    if (++this.steps > MAX_STEPS || inner.length > MAX_TEXT) {
      throw malformed(type, 'a declaration without end', 'limit');
    }
    return type;
  }

  /** `[…]` and `(…)` bind closer than `*`. A qualifier between pointer and array changes nothing of that. */
  private bindsCloser(id: number): boolean {
    let at = id;
    for (let steps = 0; at !== 0 && steps < MAX_DEPTH; steps++) {
      const { kind, sizeOrType } = this.types.type(at);
      if (!isQualifier(kind)) return kind === btf.BTF_KIND_ARRAY || kind === btf.BTF_KIND_FUNC_PROTO;
      at = sizeOrType;
    }
    return false;
  }
}

/** `const`, `volatile`, `restrict`, and tags such as `__user`, that wait for the type that they qualify. */
class Qualifiers {
  private readonly words: string[] = [];
  private readonly tags: string[] = [];

  add({ kind, name, kindFlag }: BtfType): void {
    const word = WORDS.get(kind);
    // A constant array has constant elements, and gcc tells both.
    if (word !== undefined && this.words.includes(word)) return;
    if (word !== undefined) this.words.push(word);
    // The kernel's macro for the tag `user` is `__user`; with the flag the name is an attribute's whole text.
    else this.tags.push(kindFlag ? `__attribute__((${name}))` : `__${name}`);
  }

  /** `const char __user` */
  around(type: string): string {
    return [...this.words, type, ...this.tags].join(' ');
  }

  /** `*const name` */
  behindStar(inner: string): string {
    return [...this.words, ...this.tags, inner].filter((part) => part !== '').join(' ');
  }
}

const WORDS: ReadonlyMap<number, string> = new Map([
  [btf.BTF_KIND_CONST, 'const'],
  [btf.BTF_KIND_VOLATILE, 'volatile'],
  [btf.BTF_KIND_RESTRICT, 'restrict'],
]);

function isQualifier(kind: number): boolean {
  return WORDS.has(kind) || kind === btf.BTF_KIND_TYPE_TAG;
}

function nameOf(type: BtfType): string {
  const { kind, name, kindFlag } = type;
  switch (kind) {
    case btf.BTF_KIND_INT:
    case btf.BTF_KIND_FLOAT:
      return usualSpelling(name);
    case btf.BTF_KIND_TYPEDEF:
      return name;
    case btf.BTF_KIND_STRUCT:
    case btf.BTF_KIND_UNION:
      return tagged(kind === btf.BTF_KIND_UNION ? 'union' : 'struct', name);
    case btf.BTF_KIND_FWD:
      return tagged(kindFlag ? 'union' : 'struct', name);
    case btf.BTF_KIND_ENUM:
    case btf.BTF_KIND_ENUM64:
      return tagged('enum', name);
    default:
      throw malformed(type, `kind ${kind} in a declaration`);
  }
}

function tagged(keyword: string, name: string): string {
  return `${keyword} ${name === '' ? '{…}' : name}`;
}

function joined(type: string, inner: string): string {
  return inner === '' ? type : `${type} ${inner}`;
}

function malformed(
  { id }: BtfType,
  detail: string,
  kind: 'bad-value' | 'limit' = 'bad-value',
): BinaryFormatError {
  return new BinaryFormatError(kind, 'BTF types', 0, `type ${id}: ${detail}`);
}
