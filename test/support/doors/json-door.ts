import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { DoorClient, Listener, OpenDoor } from './door.ts';

interface Answer {
  readonly type: string;
  readonly update?: string;
  readonly data?: {
    readonly sequence_number?: number;
    readonly code?: number;
    readonly error_type?: string;
    readonly message?: string;
  };
}

/** A client of the JSON contract, which says `sync` and `update`. */
export const openJson: OpenDoor = async ({ wsUrl }, documentId, listener): Promise<DoorClient> => {
  const socket = new WebSocket(`${wsUrl}/ws`);
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('error', () => undefined);
  const say = (type: string, update?: Uint8Array) => {
    const text = update === undefined ? undefined : Buffer.from(update).toString('base64');
    socket.send(JSON.stringify({ doc_id: documentId, type, update: text }), () => undefined);
  };
  const synced = new Promise<Uint8Array>((resolve, reject) => {
    socket.on('message', (data: Buffer) => {
      const answer = JSON.parse(data.toString()) as Answer;
      if (answer.type === 'sync') resolve(decoded(answer));
      else hear(answer, listener);
    });
    void closed.then((code) => reject(new Error(`The socket closed with ${code} before it was synced.`)));
  });
  await Promise.race([once(socket, 'open'), synced]);
  say('sync');
  return {
    initial: await synced,
    send: (update) => say('update', update),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    closed,
    close: () => socket.close(),
  };
};

function hear(answer: Answer, listener: Listener): void {
  const { type, data } = answer;
  if (type === 'ack') listener.acknowledged?.(data?.sequence_number);
  else if (type === 'update') listener.learned?.(decoded(answer));
  else if (type === 'error')
    listener.refused?.({ code: data?.code, type: data?.error_type, message: data?.message ?? '' });
}

function decoded({ update }: Answer): Uint8Array {
  return new Uint8Array(Buffer.from(update ?? '', 'base64'));
}
