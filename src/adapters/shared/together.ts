/** What a message's work and the pause behind it come to: both are over, or the work has failed and the pause is over. */
export function together(work: Promise<void> | undefined, pause: Promise<void> | undefined): Promise<void> | undefined {
  if (pause === undefined) return work;
  return work === undefined ? pause : both(work, pause);
}

async function both(work: Promise<void>, pause: Promise<void>): Promise<void> {
  try {
    await work;
  } finally {
    await pause;
  }
}
