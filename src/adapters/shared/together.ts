/** What a message's work and the pause behind it come to: both are over, or the work has failed and the pause is over. */
export function together(work: Promise<void> | undefined, pause: Promise<void> | undefined): Promise<void> | undefined {
  if (pause === undefined) return work;
  return work === undefined ? pause : work.finally(() => pause);
}
