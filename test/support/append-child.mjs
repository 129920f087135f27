// Appends to a log until it is killed, and prints each sequence number when it is acknowledged. Arguments: module URL,
// directory.
import { writeSync } from 'node:fs';

const [, , moduleUrl, idUrl, directory] = process.argv;
const { EmbeddedUpdateLog } = await import(moduleUrl);
const { DocumentId } = await import(idUrl);
const log = await EmbeddedUpdateLog.open(directory);
const documents = ['a', 'b'].map((name) => DocumentId.parse(name));

for (let sequence = 1; ; sequence++) {
  const updates = [new TextEncoder().encode(`u${sequence}`)];
  await log.append(
    documents.map((documentId) => ({ documentId, firstSequence: sequence, updates, timestamp: sequence })),
  );
  if (sequence % 50 === 0) await log.compact(documents[0], { update: new Uint8Array([1]), sequence });
  writeSync(1, `${sequence}\n`);
}
