import { afterEach } from 'vitest';
import * as Y from 'yjs';
import type { Overrides } from '../../../src/application/runtime/container.ts';
import { type RunningServer, startServer } from '../../support/server.ts';
import { GrpcClient, type Stream } from './client.ts';

const cleanUps: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

export interface Scene {
  readonly server: RunningServer;
  /** A stream over a connection of its own. */
  stream(authorization?: string): Stream;
  client(authorization?: string): GrpcClient;
}

/** A running server with a gRPC door only; everything ends with the test. */
export async function scene(
  environment: Readonly<Record<string, string>> = {},
  overrides: Overrides = {},
): Promise<Scene> {
  const server = await startServer({ ENABLE_HTTP: 'false', ...environment }, overrides);
  cleanUps.push(() => server.stop());
  const client = (authorization?: string) => {
    const made = new GrpcClient(server.grpcAddress, authorization);
    cleanUps.push(() => made.close());
    return made;
  };
  const stream = (authorization?: string) => {
    const opened = client(authorization).open();
    cleanUps.push(() => opened.call.cancel());
    return opened;
  };
  return { server, client, stream };
}

/** An update that inserts `text` into a new document. */
export function insertion(text: string): Uint8Array {
  const doc = new Y.Doc();
  doc.getText('text').insert(0, text);
  return Y.encodeStateAsUpdate(doc);
}

/** The text that these updates make. */
export function textOf(...updates: readonly Uint8Array[]): string {
  const doc = new Y.Doc();
  for (const update of updates) if (update.length > 0) Y.applyUpdate(doc, update);
  return doc.getText('text').toString();
}
