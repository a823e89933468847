// What a caller may do. Each scope includes those before it.
export const SCOPES = ['read', 'admin'] as const;

/** `read`: every profile; `admin`: also what changes what is kept. */
export type Scope = (typeof SCOPES)[number];

export function isScope(word: string): word is Scope {
  return SCOPES.some((scope) => scope === word);
}

export function includes(own: Scope, wanted: Scope): boolean {
  return SCOPES.indexOf(own) >= SCOPES.indexOf(wanted);
}

/** Who asks. */
export interface Caller {
  /** Of the token. */
  name: string;
  scope: Scope;
}
