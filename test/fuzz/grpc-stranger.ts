import { Client, type ClientDuplexStream, credentials } from '@grpc/grpc-js';
import { SERVICE_NAME } from '../../src/adapters/grpc/proto.ts';
import { mutated, type Random } from './mutate.ts';

/** Of its own: grpc-js would share a channel between clients of the same address. */
const OWN_CHANNEL = { 'grpc.use_local_subchannel_pool': 1 };
const UNARY = ['GetDocumentState', 'GetActiveUsers'];
const UNARY_CALLS = 20;

const asIs = (bytes: Buffer) => bytes;

/** Sends damaged messages on a stream, and as requests of the unary calls. @returns how many */
export async function strangeGrpc(
  address: string,
  corpus: readonly Uint8Array[],
  messages: number,
  random: Random,
): Promise<number> {
  const client = new Client(address, credentials.createInsecure(), OWN_CHANNEL);
  try {
    const calls = Array.from({ length: UNARY_CALLS }, (_, at) =>
      ask(client, UNARY[at % UNARY.length] ?? '', Buffer.from(mutated(corpus, random))),
    );
    const stream = client.makeBidiStreamRequest(`/${SERVICE_NAME}/Collaborate`, asIs, asIs);
    const sent = await send(stream, corpus, messages, random);
    await Promise.all(calls);
    return sent + UNARY_CALLS;
  } finally {
    client.close();
  }
}

async function send(
  stream: ClientDuplexStream<Buffer, Buffer>,
  corpus: readonly Uint8Array[],
  messages: number,
  random: Random,
): Promise<number> {
  let state: 'open' | 'over' = 'open';
  const over = new Promise<void>((resolve) => {
    const end = () => {
      state = 'over';
      resolve();
    };
    stream.on('error', end).on('end', end);
  });
  stream.on('data', () => undefined);
  let sent = 0;
  for (; sent < messages && state === 'open'; sent++) {
    const valid = corpus[random(corpus.length)];
    const message = random(8) === 0 && valid !== undefined ? valid : mutated(corpus, random);
    if (stream.write(Buffer.from(message))) continue;
    await Promise.race([new Promise((resolve) => stream.once('drain', resolve)), over]);
  }
  stream.end();
  await over;
  return sent;
}

/** Resolves with its end, whatever that is. */
function ask(client: Client, method: string, request: Buffer): Promise<void> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(`/${SERVICE_NAME}/${method}`, asIs, asIs, request, () => resolve());
  });
}
