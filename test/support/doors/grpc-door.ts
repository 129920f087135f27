import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type ClientDuplexStream, credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { PACKAGE_ROOT } from '../package-root.ts';
import type { DoorClient, Listener, OpenDoor } from './door.ts';

/** What is read of a ServerMessage; the members that `message_type` does not name are absent. */
interface Received {
  readonly message_type: string;
  readonly document_state: { readonly document_data: Uint8Array };
  readonly update: {
    readonly update_data: Uint8Array;
    readonly origin_client_id: string;
    readonly sequence_number: number;
  };
  readonly error: { readonly error_code: number; readonly error_type: string; readonly error_message: string };
}

interface Stub {
  Collaborate(): ClientDuplexStream<object, Received>;
  close(): void;
}

interface Definition {
  readonly collaboration: {
    readonly CollaborationService: new (address: string, creds: unknown, options: object) => Stub;
  };
}

const options = { keepCase: true, longs: Number, enums: String, defaults: true, oneofs: true } as const;
const definition = loadSync(join(PACKAGE_ROOT, 'idl/collaboration.proto'), options);
const { collaboration } = loadPackageDefinition(definition) as unknown as Definition;

/** A client of `Collaborate` on a channel of its own, which says `join_document` and `update`. */
export const openGrpc: OpenDoor = async ({ grpcAddress }, document_id, listener): Promise<DoorClient> => {
  // Else grpc-js would share a connection between clients of the same address.
  const own = { 'grpc.use_local_subchannel_pool': 1 };
  const stub = new collaboration.CollaborationService(grpcAddress, credentials.createInsecure(), own);
  const call = stub.Collaborate();
  call.on('error', () => undefined);
  const closed = new Promise<undefined>((resolve) =>
    call.on('status', () => {
      stub.close();
      resolve(undefined);
    }),
  );
  const client_id = randomUUID();
  const say = (message: object) => call.write({ client_id, document_id, timestamp: Date.now(), ...message });
  const joined = new Promise<Uint8Array>((resolve, reject) => {
    call.on('data', (message: Received) => {
      if (message.message_type === 'document_state') resolve(message.document_state.document_data);
      else hear(message, client_id, listener);
    });
    void closed.then(() => reject(new Error('The stream ended before the document was joined.')));
  });
  say({ join_document: { user_id: client_id } });
  return {
    initial: await joined,
    send: (update) => say({ update: { update_data: update } }),
    pause: () => call.pause(),
    resume: () => call.resume(),
    closed,
    close: () => call.end(),
  };
};

function hear({ message_type, update, error }: Received, clientId: string, listener: Listener): void {
  if (message_type === 'error') {
    listener.refused?.({ code: error.error_code, type: error.error_type, message: error.error_message });
  } else if (message_type === 'update') {
    const { origin_client_id, update_data, sequence_number } = update;
    if (origin_client_id === clientId) listener.acknowledged?.(sequence_number);
    else listener.learned?.(new Uint8Array(update_data));
  }
}
