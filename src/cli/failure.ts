// How a command ends when it cannot do what it was asked: one line on standard error, and a fitting exit code.

/** 1: it failed; 2: it was asked for in a way that cannot be understood. */
export type FailureCode = 1 | 2;

/** Its message says what failed and why, fit for people; `hint` says what mends it. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: FailureCode;
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; exitCode?: FailureCode; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** A combination of options that makes no sense: exit code 2, as for an option that is unknown. */
export function usageFailure(message: string, hint?: string): CommandFailure {
  return new CommandFailure(message, { exitCode: 2, ...(hint === undefined ? {} : { hint }) });
}

/** `pilotlight: what and why; what mends it`, always one line. */
export function failureLine({ message, hint }: { message: string; hint?: string | undefined }): string {
  return `pilotlight: ${oneLine(hint === undefined ? message : `${message}; ${hint}`)}\n`;
}

const HELP_HINT = '(--help shows what there is)';

/** As commander has it: what is wrong in one line, and one hint in another. */
export function usageLines(message: string, hint: string = HELP_HINT): string {
  return `error: ${oneLine(message)}\n${hint.startsWith('(') ? hint : `(${oneLine(hint)})`}\n`;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ');
}

/** The errno name of a system call's error, or its message where it has none. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return (error as NodeJS.ErrnoException).code ?? error.message;
}
