import { ByteReader, invalid } from './byte-reader.ts';
import { advance } from './clock.ts';
import {
  type ClientRange,
  MIN_CLIENT_BYTES,
  MIN_DELETE_BYTES,
  MIN_STRUCT_BYTES,
  SKIP,
  type UpdateScan,
} from './scan-update.ts';
import { Stride } from './stride.ts';
import { type ClientSection, StructCursor } from './struct-cursor.ts';

/** What `scanUpdate` returns, and where each client's structs lie, so that they can be read in another order. */
export interface IndexedScan extends UpdateScan {
  /** In the order of the update. */
  readonly sections: ReadonlyMap<number, ClientSection>;
}

/** A step passes over at most so many structs or delete ranges, and bytes, but for a content that cannot be cut. */
const STEP_THINGS = 512;
const STEP_BYTES = 32 * 1024;

/**
 * `scanUpdate` for updates of any size: each `next()` reads a bounded piece, so that others may have their turn in
 * between. Only JSON, binary data and a single value of a list are read in one go, however long.
 * @throws CollaborationError `invalid`, from `next()`, for what `scanUpdate` refuses
 */
export function* scanInSteps(update: Uint8Array): Generator<undefined, IndexedScan> {
  const reader = new ByteReader(update);
  const stride = new Stride(STEP_THINGS, STEP_BYTES);
  const structs: ClientRange[] = [];
  const sections = yield* scanClients(reader, stride, structs);
  const deletesAt = reader.position;
  const deletes = yield* scanDeletes(reader, stride);
  return { structs, deletes, deletesAt, size: reader.position, sections };
}

function* scanClients(
  reader: ByteReader,
  stride: Stride,
  structs: ClientRange[],
): Generator<undefined, Map<number, ClientSection>> {
  const sections = new Map<number, ClientSection>();
  for (let left = reader.count(MIN_CLIENT_BYTES); left > 0; left--) {
    const count = reader.count(MIN_STRUCT_BYTES);
    const client = reader.varUint();
    // Of two parts Yjs keeps the second.
    if (sections.has(client)) throw invalid('An update has two parts for one client.');
    const clock = reader.varUint();
    const section = { client, clock, count, at: reader.position };
    sections.set(client, section);
    yield* scanStructs(new StructCursor(reader, section), stride, structs);
    if (stride.isDone(reader.position)) yield;
  }
  return sections;
}

function* scanStructs(cursor: StructCursor, stride: Stride, structs: ClientRange[]): Generator<undefined, void> {
  const { client } = cursor;
  let { clock } = cursor;
  let end = clock;
  while (cursor.open()) {
    while (!cursor.pass(STEP_BYTES)) yield;
    if (cursor.info === SKIP) {
      if (end > clock) structs.push({ client, clock, end });
      ({ clock } = cursor);
    }
    end = cursor.clock;
    if (stride.isDone(cursor.position)) yield;
  }
  if (end > clock) structs.push({ client, clock, end });
}

function* scanDeletes(reader: ByteReader, stride: Stride): Generator<undefined, number> {
  let deletes = 0;
  for (let clients = reader.count(MIN_DELETE_BYTES); clients > 0; clients--) {
    reader.varUint(); // the client
    const count = reader.count(MIN_DELETE_BYTES);
    deletes += count;
    for (let left = count; left > 0; left--) {
      advance(reader.varUint(), reader.varUint());
      if (stride.isDone(reader.position)) yield;
    }
    if (stride.isDone(reader.position)) yield;
  }
  return deletes;
}
