// What the set-up prints, and how it runs other programs: one line when something starts, one when it is done,
// the program's own output only when it fails.
import { spawn } from 'node:child_process';

/** A failure that its message explains in full; whoever catches it prints no stack. */
export class SetupError extends Error {}

export class Progress {
  /** @param {{ verbose: boolean }} options */
  constructor({ verbose }) {
    this.verbose = verbose;
  }

  /** Standard output is left to the command that the set-up is for. @param {string} text */
  say(text) {
    process.stderr.write(`pilotlight: ${text}\n`);
  }

  /**
   * @template T
   * @param {string} what - a phrase that continues "pilotlight: …"
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async step(what, work) {
    this.say(`${what} …`);
    const startMs = performance.now();
    const result = await work();
    this.say(`${what}: done in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
    return result;
  }

  /**
   * Runs a program without standard input; throws a SetupError that shows its output if it fails.
   * @param {string} command
   * @param {string[]} args
   * @param {{ cwd: string, env?: Record<string, string> }} options
   * @returns {Promise<void>}
   */
  run(command, args, { cwd, env = {} }) {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, {
        cwd,
        env: { ...process.env, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      /** @type {Buffer[]} */
      const output = [];
      const keep = (/** @type {Buffer} */ chunk) => {
        output.push(chunk);
        if (this.verbose) process.stderr.write(chunk);
      };
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.on('error', (cause) =>
        reject(new SetupError(`cannot run ${command}: ${cause.message}`, { cause })),
      );
      child.on('close', (code, signal) => {
        if (code === 0) {
          resolve();
          return;
        }
        const shown = this.verbose ? '' : `\n${abridged(Buffer.concat(output).toString())}`;
        const how = signal === null ? `exit code ${code ?? '?'}` : signal;
        reject(new SetupError(`\`${[command, ...args].join(' ')}\` failed (${how})${shown}`));
      });
    });
  }
}

/** The beginning says what was refused, the end how it went on. @param {string} text */
function abridged(text) {
  const lines = text.trimEnd().split('\n');
  return (lines.length <= 60 ? lines : [...lines.slice(0, 20), '[…]', ...lines.slice(-40)]).join('\n');
}
