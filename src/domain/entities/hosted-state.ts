import { scanUpdate, type UpdateScan } from '../codecs/scan-update.ts';
import { ColdState } from './cold-state.ts';
import { type Integrations, learnedOf, type ScannedUpdate } from './integration.ts';
import { type Folding, UpdateTrail } from './update-trail.ts';

/**
 * A document that can be edited and is integrated elsewhere: here are only the updates that made it, and how much of each
 * client they have. A million Yjs items in this heap would make each collection of its garbage as long as the document.
 */
export class HostedState {
  readonly #trail: UpdateTrail;
  readonly #clocks: Map<number, number>;
  #state: ColdState | undefined;

  /** @param clocks of each Yjs client, in `updates` */
  constructor(updates: readonly Uint8Array[], clocks: ReadonlyMap<number, number>) {
    this.#trail = new UpdateTrail(updates, 'kept');
    this.#clocks = new Map(clocks);
  }

  get bytes(): number {
    return this.#trail.bytes;
  }

  /** See `UpdateTrail.isLong`. */
  get isLong(): boolean {
    return this.#trail.isLong;
  }

  folding(): Folding | undefined {
    return this.#trail.folding();
  }

  clockOf(client: number): number {
    return this.#clocks.get(client) ?? 0;
  }

  /** As updates. */
  get state(): ColdState {
    const updates = this.#trail.updates;
    if (this.#state?.updates !== updates) this.#state = new ColdState(updates, this.#clocks);
    return this.#state;
  }

  /** Takes over what became of updates where they were integrated. */
  settle(updates: readonly ScannedUpdate[], { each, merged }: Integrations): void {
    if (merged !== undefined) this.#trail.add(merged);
    each.forEach((integration, at) => {
      const update = updates[at];
      const learned = learnedOf(integration, update?.update);
      if (learned === undefined) return;
      if (merged === undefined) this.#trail.add(learned);
      this.#pass(update !== undefined && learned === update.update ? update.scan : scanUpdate(learned));
    });
  }

  #pass({ structs }: UpdateScan): void {
    for (const { client, end } of structs) if (end > this.clockOf(client)) this.#clocks.set(client, end);
  }
}
