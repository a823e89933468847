// The file of --token-file: a line per token.
//
//   # scope  name     token
//   read     grafana  4vJmXn0cS9Yk7yq2dJwz0Q8uHc3ZrT1b
//   admin    ops      Zb1uE6x0P4kq9sLw7tVn2YcRfGh5JdMa
//
// Made by: echo "read grafana $(openssl rand -hex 24)" >> tokens; chmod 600 tokens
import { AccessFileError, readAccessFile } from './secret-file.ts';
import type { Scope } from './scope.ts';
import { isScope, SCOPES } from './scope.ts';
import type { Token } from './token-set.ts';
import { TokenSet } from './token-set.ts';

/** Names go into logs and status lines. */
const NAME = /^[A-Za-z0-9][\w.@-]{0,63}$/;
/** RFC 6750: what may stand behind "Bearer". 20 characters of base64 have 120 bits where they are random. */
const TOKEN = /^[\w\-.~+/]{20,512}=*$/;
/** All are compared with at every request. */
const MAX_TOKENS = 100;

/** Throws an AccessFileError. */
export function readTokenFile(path: string): TokenSet {
  const { text } = readAccessFile(path, { secret: true });
  return new TokenSet(parseTokens(path, text));
}

/** Throws an AccessFileError with the line. No token is ever part of a message. */
export function parseTokens(path: string, text: string): Token[] {
  const tokens: Token[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/);
    if (words[0] === '' || words[0]!.startsWith('#')) continue;
    const token = parseLine(words);
    const fault = typeof token === 'string' ? token : clash(tokens, token);
    if (fault !== null || typeof token === 'string') {
      throw new AccessFileError(`${path}:${index + 1}: ${String(fault)}`);
    }
    tokens.push(token);
  }
  if (tokens.length === 0) throw new AccessFileError(`${path} has no token: a line is "SCOPE NAME TOKEN"`);
  if (tokens.length > MAX_TOKENS) {
    throw new AccessFileError(`${path} has ${tokens.length} tokens, at most ${MAX_TOKENS} are read`);
  }
  return tokens;
}

/** What is wrong with it where it is no token. */
function parseLine(words: readonly string[]): Token | string {
  const [scope = '', name = '', text = ''] = words;
  if (words.length !== 3) return 'a line is "SCOPE NAME TOKEN"';
  if (!isScope(scope)) return `the scope is one of ${SCOPES.join(', ')}`;
  if (!NAME.test(name)) return 'a name is up to 64 letters, digits and ._@-';
  if (!TOKEN.test(text)) return 'a token is 20 to 512 letters, digits and -._~+/ (openssl rand -hex 24)';
  return { scope: scope satisfies Scope, name, text };
}

function clash(tokens: readonly Token[], { name, text }: Token): string | null {
  if (tokens.some((other) => other.name === name)) return `the name ${name} is there already`;
  if (tokens.some((other) => other.text === text)) return 'the token is there already';
  return null;
}
