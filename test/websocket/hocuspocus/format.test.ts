import { describe, expect, it } from 'vitest';
import { formatFor, HocuspocusFormat } from '../../../src/adapters/websocket/protocols/hocuspocus/hocuspocus-format.ts';
import { RoomBatch } from '../../../src/application/room/room-batch.ts';
import type { RoomMember } from '../../../src/application/room/room-member.ts';
import { DocumentUpdated, StatelessMessageSent, UserAwarenessUpdated } from '../../../src/domain/events.ts';
import { readFrame } from '../../support/hocuspocus-client.ts';
import { session } from '../../support/sessions.ts';
import { aliceAndBob, World } from '../../support/world.ts';

/** The frames in a piece: RFC 6455 with short lengths, as the server writes them. */
function framesIn(piece: Uint8Array): ReturnType<typeof readFrame>[] {
  const frames = [];
  for (let at = 0; at < piece.length; ) {
    expect(piece[at]).toBe(0x82);
    const short = piece[at + 1] ?? 0;
    const length = short === 126 ? Buffer.from(piece).readUInt16BE(at + 2) : short;
    at += (short === 126 ? 4 : 2) + length;
    frames.push(readFrame(piece.subarray(at - length, at)));
  }
  return frames;
}

const ANN = session();
const update = (...bytes: number[]) => new DocumentUpdated(ANN, 0, Uint8Array.from(bytes), 1);
const change = { clientId: '5', yjsClientId: 5, clock: 1, state: '{}', userInfo: '{}', awarenessState: '{}' };

describe('what Hocuspocus sessions are told', () => {
  it('[HOC29] is a frame for each event, with the name in front, updates first', () => {
    const format = new HocuspocusFormat('d');
    const awareness = new UserAwarenessUpdated(ANN, 0, [change]);
    const stateless = new StatelessMessageSent(ANN, 0, 'hi');
    const pieces = format.encode([awareness, update(1), stateless, update(...new Array<number>(200).fill(7))]);
    const frames = pieces.flatMap(framesIn);
    expect(frames.map(({ kind, name }) => `${name} ${kind}`)).toEqual([
      'd update',
      'd update',
      'd awareness',
      'd stateless',
    ]);
    expect(frames.map(({ bytes }) => bytes.length)).toEqual([1, 200, 6, 0]);
    expect(pieces).toHaveLength(3);
  });

  it('[HOC29] [ROOM10] is encoded once for all that call the document by the same name', async () => {
    const { a, b } = await aliceAndBob(new World());
    const { room } = a.member;
    const batch = new RoomBatch();
    batch.add(update(1, 2, 3), undefined);
    const bytesFor = (member: RoomMember, name: string) => batch.encodedFor(member, formatFor(room, name)).joined;
    expect(bytesFor(a.member, 'doc')).toBe(bytesFor(b.member, 'doc'));
    const named = bytesFor(b.member, 'doc\u0000session');
    expect(framesIn(named)).toMatchObject([{ name: 'doc\u0000session', kind: 'update' }]);
  });

  it('[HOC15] answers step 1 with updates, the last of them as step 2, and with one that is empty for nothing', () => {
    const format = new HocuspocusFormat('d');
    const parts = [1, 2, 3].map((byte) => Uint8Array.of(byte));
    for (let round = 0; round < 3; round++) {
      expect(framesIn(Buffer.concat(format.parts(parts))).map(({ kind }) => kind)).toEqual([
        'update',
        'update',
        'step2',
      ]);
    }
    expect(format.parts(parts)).toBe(format.parts(parts));
    expect(framesIn(Buffer.concat(new HocuspocusFormat('e').parts(parts)))[0]?.name).toBe('e');
    expect(framesIn(Buffer.concat(format.parts([])))).toMatchObject([{ kind: 'step2', bytes: Uint8Array.of(0, 0) }]);
  });
});
