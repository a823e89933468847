// Text that is printed in pieces: a write for each answer would cost more than the answer.
import { print } from './standard-output.ts';

/** A piece has about so many characters. */
const PIECE_CHARACTERS = 1 << 16;

export class PrintedPieces {
  #piece = '';
  #printing: Promise<void> = Promise.resolve();
  #waiting: NodeJS.Immediate | undefined;

  /**
   * Printed as soon as nothing else is at hand to be added: the other side may wait for it. Resolves when there is room
   * for more.
   */
  async add(text: string): Promise<void> {
    this.#piece += text;
    if (this.#piece.length < PIECE_CHARACTERS) {
      this.#waiting ??= setImmediate(() => this.#print());
      return;
    }
    this.#print();
    await this.#printing;
  }

  /** Resolves when all has been taken. */
  async finish(): Promise<void> {
    clearImmediate(this.#waiting);
    this.#print();
    await this.#printing;
  }

  #print(): void {
    this.#waiting = undefined;
    const text = this.#piece;
    this.#piece = '';
    const before = this.#printing;
    this.#printing = Promise.all([before, print(text)]).then(() => undefined);
  }
}
