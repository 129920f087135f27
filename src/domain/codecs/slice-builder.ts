import * as encoding from 'lib0/encoding';
import type { StructCursor } from './struct-cursor.ts';

/** Structs of one client that follow one another, as bytes `[from, to)` of the update they come from. */
interface Run {
  readonly client: number;
  readonly clock: number;
  readonly from: number;
  to: number;
  count: number;
}

/** Collects structs of an update, whose bytes it copies as they are, into a smaller update. */
export class SliceBuilder {
  structs = 0;
  bytes = 0;
  readonly #update: Uint8Array;
  readonly #runs = new Map<number, Run>();

  constructor(update: Uint8Array) {
    this.#update = update;
  }

  /** Adds the struct that the cursor has just passed; it began at `clock`. The structs of a client come in their order. */
  add({ client, from, position: to }: StructCursor, clock: number): void {
    this.structs++;
    this.bytes += to - from;
    const run = this.#runs.get(client);
    if (run === undefined) {
      this.#runs.set(client, { client, clock, from, to, count: 1 });
      return;
    }
    run.to = to;
    run.count++;
  }

  /** The update that was collected, without deletes. */
  encode(): Uint8Array {
    return encoding.encode((encoder) => {
      encoding.writeVarUint(encoder, this.#runs.size);
      for (const { client, clock, from, to, count } of this.#runs.values()) {
        encoding.writeVarUint(encoder, count);
        encoding.writeVarUint(encoder, client);
        encoding.writeVarUint(encoder, clock);
        encoding.writeUint8Array(encoder, this.#update.subarray(from, to));
      }
      encoding.writeVarUint(encoder, 0);
    });
  }
}
