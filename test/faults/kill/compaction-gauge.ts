import type { ServerProcess } from '../../support/server-process.ts';

export interface Compactions {
  readonly ended: number;
  /** Milliseconds that they took, together. */
  readonly busy: number;
}

/** What the server says of its compactions. */
export async function readCompactions(server: ServerProcess): Promise<Compactions> {
  const response = await fetch(`${server.httpUrl}/metrics`);
  const text = await response.text();
  return { ended: seriesOf(text, 'count'), busy: seriesOf(text, 'sum') * 1000 };
}

function seriesOf(text: string, suffix: 'count' | 'sum'): number {
  const [, value] = new RegExp(`^collaboration_compaction_seconds_${suffix} (\\S+)$`, 'm').exec(text) ?? [];
  if (value === undefined) throw new Error(`/metrics does not tell the ${suffix} of compactions.`);
  return Number(value);
}
