// Waiting for work that may take longer than anybody wants to wait.

/** Resolves when `work` does, or after `patienceMs`, whichever comes first; rejects where `work` does before. */
export async function within(patienceMs: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const enough = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
  try {
    await Promise.race([work, enough]);
  } finally {
    clearTimeout(timer);
  }
}
