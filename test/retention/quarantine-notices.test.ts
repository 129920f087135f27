import { describe, expect, it } from 'vitest';
import { DamagedDocumentError } from '../../src/domain/repositories/update-log.ts';
import type { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemoryUpdateLog } from '../../src/infrastructure/stores/memory/memory-update-log.ts';
import { GrpcClient } from '../grpc/support/client.ts';
import { atEnd } from '../support/clean-up.ts';
import { HocuspocusClient } from '../support/hocuspocus-client.ts';
import { JsonClient } from '../support/json-client.ts';
import { startServer } from '../support/server.ts';
import { insertion, textOf } from '../support/updates.ts';

const READABLE = { snapshot: undefined, tail: [insertion('readable')], sequence: 1, lastModified: 7 };
const DETAIL = 'the record of update 2 of „ü“';
const NOTICE = /damaged \(the record of update 2 of .*read-only, up to its update 1/;

/** `partly` can be read up to its first update, `gone` not at all. */
class DamagedLog extends MemoryUpdateLog {
  override async load(documentId: DocumentId) {
    if (documentId.value === 'partly') throw new DamagedDocumentError(documentId, DETAIL, READABLE);
    if (documentId.value === 'gone') throw new DamagedDocumentError(documentId, DETAIL);
    return await super.load(documentId);
  }
}

async function started() {
  const server = await startServer({}, { log: new DamagedLog() });
  atEnd(() => server.stop());
  const grpc = new GrpcClient(server.grpcAddress);
  atEnd(() => grpc.close());
  return { ...server, grpc };
}

describe('what clients of a damaged document are told', () => {
  it('[QUAR1] JSON: in its answers, and as an error', async () => {
    const { wsUrl } = await started();
    for (const type of ['sync', 'join']) {
      const client = await JsonClient.open(wsUrl);
      client.send({ doc_id: 'partly', type, data: { user_id: 'ann' } });
      const { data } = await client.next(type === 'join' ? 'joined' : type);
      expect(data?.quarantine).toMatch(NOTICE);
      expect(await client.nextFault()).toMatchObject({ code: 423 });
    }
  });

  it('[QUAR1] gRPC: in the state', async () => {
    const { grpc } = await started();
    const { document_state } = await grpc.getDocumentState({ document_id: 'partly', client_id: 'c' });
    expect(document_state.quarantine).toMatch(NOTICE);
    expect(textOf(document_state.document_data)).toBe('readable');
  });

  it('[QUAR1] y-sweet: in a header, which has ASCII only', async () => {
    const { httpUrl } = await started();
    const answer = await fetch(`${httpUrl}/d/partly/as-update`);
    expect(answer.headers.get('x-collaboration-quarantine')).toMatch(NOTICE);
    expect(textOf(new Uint8Array(await answer.arrayBuffer()))).toBe('readable');
  });

  it('[QUAR1] Hocuspocus: by the scope, and why by a message', async () => {
    const { wsUrl } = await started();
    const client = await HocuspocusClient.open(wsUrl);
    expect(await client.authenticate('partly')).toBe('readonly');
    const { text } = await client.next('stateless', 'partly');
    expect(JSON.parse(String(text))).toMatchObject({ type: 'quarantine', message: expect.stringMatching(NOTICE) });
  });

  it('[QUAR5] where nothing can be read: 423, DATA_LOSS, 4423', async () => {
    const { wsUrl, httpUrl, grpc } = await started();
    const json = await JsonClient.open(wsUrl);
    json.send({ doc_id: 'gone', type: 'sync' });
    expect(await json.nextFault()).toMatchObject({ code: 423 });
    const yWebsocket = await JsonClient.open(wsUrl, '/ws/gone');
    expect(await yWebsocket.closed).toBe(4423);
    expect((await fetch(`${httpUrl}/d/gone/as-update`)).status).toBe(423);
    const state = grpc.getDocumentState({ document_id: 'gone', client_id: 'c' });
    await expect(state).rejects.toMatchObject({ code: 15 });
  });
});
