// Operators (Itanium C++ ABI, 5.1.4 and 5.1.6), by their two letters.
import { Precedence } from './text.ts';

export type OperatorForm =
  | 'prefix' // @ x
  | 'postfix' // x @
  | 'binary' // x @ y
  | 'subscript' // x [ y ]
  | 'member' // x @ y, of an object
  | 'new'
  | 'delete'
  | 'call' // x ( … )
  | 'parenthesized-call' // ( x )( … ), which argument-dependent look-up does not apply to
  | 'cast' // ( type ) x
  | 'conditional' // x ? y : z
  | 'named-cast' // @<type>(x)
  | 'of-type' // @ ( type )
  | 'of-expression' // @ ( x )
  | 'name-only'; // can be defined, but is no part of expressions

export interface Operator {
  form: OperatorForm;
  /** As it is written between operands. */
  symbol: string;
  /** As a function's name; '' where no function can have it. */
  functionName: string;
  precedence: number;
}

const operators = new Map<string, Operator>();

function define(form: OperatorForm, precedence: number, symbols: Record<string, string>): void {
  for (const [code, symbol] of Object.entries(symbols)) {
    const space = /^\w/.test(symbol) ? ' ' : '';
    operators.set(code, { form, symbol, functionName: `operator${space}${symbol}`, precedence });
  }
}

function defineNameless(form: OperatorForm, precedence: number, symbols: Record<string, string>): void {
  for (const [code, symbol] of Object.entries(symbols)) {
    operators.set(code, { form, symbol, functionName: '', precedence });
  }
}

define('binary', Precedence.assignment, {
  ...{ aS: '=', pL: '+=', mI: '-=', mL: '*=', dV: '/=', rM: '%=', aN: '&=', oR: '|=', eO: '^=' },
  ...{ lS: '<<=', rS: '>>=' },
  dv: '/', // sic: LLVM writes `(a / b) * c` with these parentheses, and `a / b` without any
});
define('binary', Precedence.comma, { cm: ',' });
define('binary', Precedence.logicalOr, { oo: '||' });
define('binary', Precedence.logicalAnd, { aa: '&&' });
define('binary', Precedence.or, { or: '|' });
define('binary', Precedence.xor, { eo: '^' });
define('binary', Precedence.and, { an: '&' });
define('binary', Precedence.equality, { eq: '==', ne: '!=' });
define('binary', Precedence.relational, { lt: '<', gt: '>', le: '<=', ge: '>=' });
define('binary', Precedence.spaceship, { ss: '<=>' });
define('binary', Precedence.shift, { ls: '<<', rs: '>>' });
define('binary', Precedence.additive, { pl: '+', mi: '-' });
define('binary', Precedence.multiplicative, { ml: '*', rm: '%' });
define('prefix', Precedence.unary, { ps: '+', ng: '-', ad: '&', de: '*', co: '~', nt: '!' });
define('postfix', Precedence.postfix, { pp: '++', mm: '--' });
define('subscript', Precedence.postfix, { ix: '[]' });
define('call', Precedence.postfix, { cl: '()' });
define('parenthesized-call', Precedence.postfix, { cp: '()' });
define('conditional', Precedence.conditional, { qu: '?' });
define('member', Precedence.postfix, { pt: '->' });
define('member', Precedence.memberPointer, { pm: '->*' });
define('new', Precedence.unary, { nw: 'new', na: 'new[]' });
define('delete', Precedence.unary, { dl: 'delete', da: 'delete[]' });
define('name-only', Precedence.primary, { aw: 'co_await' });
defineNameless('member', Precedence.postfix, { dt: '.' });
defineNameless('member', Precedence.memberPointer, { ds: '.*' });
defineNameless('cast', Precedence.cast, { cv: '' });
defineNameless('named-cast', Precedence.postfix, {
  ...{ cc: 'const_cast', dc: 'dynamic_cast', rc: 'reinterpret_cast', sc: 'static_cast' },
});
defineNameless('of-type', Precedence.unary, { at: 'alignof ', st: 'sizeof ' });
defineNameless('of-expression', Precedence.unary, { az: 'alignof ', sz: 'sizeof ' });
defineNameless('of-type', Precedence.postfix, { ti: 'typeid ' });
defineNameless('of-expression', Precedence.postfix, { te: 'typeid ' });

export function operatorOf(code: string): Operator | undefined {
  return operators.get(code);
}
