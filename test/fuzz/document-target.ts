import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { scanUpdate } from '../../src/domain/codecs/scan-update.ts';
import { CollaborativeDocument } from '../../src/domain/entities/collaborative-document.ts';
import { learnedOf } from '../../src/domain/entities/integration.ts';
import { CollaborationError } from '../../src/domain/errors.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { randomFrom, randomUpdates } from '../codecs/random-updates.ts';
import { contentOf } from '../support/histories.ts';
import { Finding } from './finding.ts';
import { mutated, type Random } from './mutate.ts';

const ID = DocumentId.parse('fuzzed');
/**
 * `damaged`: honest updates and damaged ones. `crafted`: also items between any two places. Yjs integrates those, and where
 * the two were no neighbours it may put them in another order for whoever gets the updates in another one: then only the
 * server itself has to be of one mind.
 */
type Kind = 'damaged' | 'crafted';

const targetOf = (kind: Kind) => `document-${kind}`;

/** Updates that one document gets; then it is compared with what its log makes of it. */
const UPDATES_A_DOCUMENT = 60;

/** A document gets honest, damaged and crafted updates. Returns how many. @throws Finding */
export function fuzzDocument(seed: number): number {
  const random = randomFrom(seed);
  const kind = random(2) === 0 ? 'damaged' : 'crafted';
  const honest = randomUpdates(seed, 12);
  const frames = Array.from({ length: UPDATES_A_DOCUMENT }, () => {
    const choice = random(4);
    if (choice === 0) return honest[random(honest.length)] ?? honest[0]!;
    return choice === 1 && kind === 'crafted' ? crafted(honest, random) : mutated(honest, random);
  });
  replayDocument(kind, frames);
  return frames.length;
}

/** @throws Finding where the document ends up as something else than its log says, or an honest edit no longer works */
export function replayDocument(kind: Kind, frames: readonly Uint8Array[]): void {
  try {
    check(kind, frames);
  } catch (cause) {
    throw new Finding(targetOf(kind), frames, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function check(kind: Kind, frames: readonly Uint8Array[]): void {
  let document = new CollaborativeDocument(ID);
  const log: Uint8Array[] = [];
  for (const update of frames) {
    try {
      const integration = document.applyUpdate({ update, scan: scanUpdate(update) });
      const learned = learnedOf(integration, update);
      if (learned !== undefined) log.push(learned);
    } catch (error) {
      if (!(error instanceof CollaborationError) || (error.kind !== 'invalid' && error.kind !== 'too-large'))
        throw error;
      document.destroy();
      document = CollaborativeDocument.restore(ID, log);
    }
  }
  const live = contentOf(document.documentData);
  const restored = CollaborativeDocument.restore(ID, log);
  same(contentOf(restored.documentData), live, 'the restored document differs from the live one');
  const merged = contentOf(Y.mergeUpdates(log.length > 0 ? log : [new Uint8Array(2)]));
  editsAreTaken(document, kind);
  if (kind === 'crafted') return;
  same(merged, live, 'a client that gets the log as one update differs');
  same(contentOf(...log), live, 'a client that gets the log differs from one that gets the document');
  const again = CollaborativeDocument.restore(ID, [restored.documentData]);
  same(contentOf(again.documentData), live, 'the document differs once it is compacted');
}

/** Somebody joins, writes, and everybody else sees it. */
function editsAreTaken(document: CollaborativeDocument, kind: Kind): void {
  const editor = new Y.Doc();
  Y.applyUpdate(editor, document.documentData);
  const before = Y.encodeStateVector(editor);
  editor.getText('text').insert(0, 'honest');
  editor.getMap('honest').set('key', 1);
  const update = Y.encodeStateAsUpdate(editor, before);
  const integration = document.applyUpdate({ update, scan: scanUpdate(update) });
  if (integration.kind !== 'learned') throw new Error(`an honest edit is ${integration.kind}`);
  if (kind === 'damaged')
    same(contentOf(document.documentData), contentOf(Y.encodeStateAsUpdate(editor)), 'an honest editor differs');
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [canonical(actual), canonical(expected)];
  if (a !== b) throw new Error(`${what}: ${a} is not ${b}`);
}

/** As JSON, whatever the order in which the keys of a map came. */
function canonical(value: unknown): string {
  const sorted = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'string' && /^[[{]/.test(each) ? parsed(each) : each,
  );
  return JSON.stringify(JSON.parse(sorted), (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A valid item at a place that no editor would choose: origins anywhere, in different types, deleted or inside others. */
function crafted(honest: readonly Uint8Array[], random: Random): Uint8Array {
  const base = honest[honest.length - 1]!;
  const clocks = [...Y.decodeStateVector(Y.encodeStateVectorFromUpdate(base))];
  const client = random(3) === 0 ? (clocks[random(clocks.length)]?.[0] ?? 7) : 7 + random(3);
  const own = clocks.find(([known]) => known === client)?.[1] ?? 0;
  const place = (encoder: encoding.Encoder) => {
    const [other, clock] = clocks[random(clocks.length)] ?? [1, 1];
    encoding.writeVarUint(encoder, other);
    encoding.writeVarUint(encoder, random(Math.max(1, clock)));
  };
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, client);
    encoding.writeVarUint(encoder, own);
    const [hasOrigin, hasRightOrigin] = [random(4) > 0, random(4) > 0];
    encoding.writeUint8(encoder, STRING | (hasOrigin ? 0x80 : 0) | (hasRightOrigin ? 0x40 : 0));
    if (hasOrigin) place(encoder);
    if (hasRightOrigin) place(encoder);
    if (!hasOrigin && !hasRightOrigin) {
      encoding.writeVarUint(encoder, 1);
      encoding.writeVarString(encoder, ['text', 'array', 'map', 'xml', ''][random(5)] ?? '');
    }
    encoding.writeVarString(encoder, 'abc'.slice(random(3)));
    const deletes = random(3) === 0 ? 1 : 0;
    encoding.writeVarUint(encoder, deletes);
    if (deletes === 0) return;
    const [other, clock] = clocks[random(clocks.length)] ?? [1, 1];
    encoding.writeVarUint(encoder, other);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarUint(encoder, random(Math.max(1, clock)));
    encoding.writeVarUint(encoder, 1 + random(4));
  });
}

/** The content of an item that is a text: `contentRefs` in yjs/src/structs/Item.js. */
const STRING = 4;
