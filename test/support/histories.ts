import * as Y from 'yjs';

/** Who splits a surrogate pair keeps replacement characters of it; who never had to split it keeps the pair. */
const HALVES = /[\ud800-\udfff\ufffd]/g;

/** The content, whatever the order in which the bytes hold it. */
export function contentOf(...updates: readonly Uint8Array[]): unknown {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  const { pendingStructs, pendingDs } = doc.store;
  return {
    text: JSON.stringify(doc.getText('text').toDelta()).replace(HALVES, '?'),
    array: JSON.stringify(doc.getArray('array'), (_key, value) => (typeof value === 'bigint' ? `${value}n` : value)),
    map: doc.getMap('map').size,
    xml: doc.getXmlFragment('xml').toString().replace(HALVES, '?'),
    clocks: [...Y.decodeStateVector(Y.encodeStateVector(doc))].sort(([a], [b]) => a - b),
    pending: [pendingStructs, pendingDs],
  };
}

export function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  const result = [...list];
  for (let at = result.length - 1; at > 0; at--) {
    const other = random(at + 1);
    [result[at], result[other]] = [result[other]!, result[at]!];
  }
  return result;
}

export function bursts<T>(list: readonly T[], random: (below: number) => number): T[][] {
  const result: T[][] = [];
  for (let at = 0; at < list.length; ) {
    const size = 1 + random(6);
    result.push(list.slice(at, at + size));
    at += size;
  }
  return result;
}
