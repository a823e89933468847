// How a demangler gives up: the name is not of its scheme, or beyond its bounds.

export class NotMangled extends Error {
  constructor() {
    super('not a mangled name');
    this.name = 'NotMangled';
  }
}

/** Made once: nobody sees it, and a stack trace for each of a million plain C names would cost more than the rest. */
const notMangled = new NotMangled();

export function giveUp(): never {
  throw notMangled;
}

/** What `read` gives, or null where it gave up. */
export function unlessNotMangled(read: () => string): string | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof NotMangled) return null;
    throw error;
  }
}
