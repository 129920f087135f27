import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameParser } from '../../src/adapters/websocket/transport/frame-parser.ts';
import { type ClientFrame, closeFrameOf, cutAt, frameOf, OPCODE } from '../support/client-frames.ts';

const MAX = 1000;

type Found = readonly [kind: string, payload: string] | readonly ['violation', code: number];

/** All that a parser finds in the chunks; it must end in one of the two ways to find nothing. */
function parse(chunks: readonly Buffer[], max = MAX): Found[] {
  const parser = new FrameParser(max);
  const found: Found[] = [];
  for (const chunk of chunks) {
    parser.push(chunk);
    for (let kind = parser.next(); kind !== 'incomplete'; kind = parser.next()) {
      if (kind === 'violation') return [...found, ['violation', parser.violation?.code ?? 0]];
      found.push([kind, parser.payload.toString('hex')]);
    }
    if (parser.hasInput) throw new Error('Bytes were left over');
  }
  return found;
}

const hex = (text: string) => Buffer.from(text).toString('hex');

/** How the bytes of one message or control frame go on the wire. */
interface Sent {
  readonly frames: readonly ClientFrame[];
  readonly found: readonly Found[];
}

const key = fc.integer();
const lengthBytes = fc.constantFrom(0 as const, 0 as const, 2 as const, 8 as const);
const control = fc
  .record({ kind: fc.constantFrom('ping' as const, 'pong' as const), payload: fc.uint8Array({ maxLength: 125 }), key })
  .map(({ kind, payload, key }) => ({
    frame: { opcode: OPCODE[kind], payload, key },
    found: [kind, Buffer.from(payload).toString('hex')] as Found,
  }));
const content = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => ({ kind: 'text' as const, bytes: Buffer.from(text) })),
  fc.uint8Array({ maxLength: 400 }).map((bytes) => ({ kind: 'binary' as const, bytes: Buffer.from(bytes) })),
);

/** A message in fragments, with control frames between them. */
const message = fc
  .record({ content, cuts: fc.array(fc.nat(), { maxLength: 4 }), between: fc.array(control, { maxLength: 3 }), key })
  .chain((sent) => lengthBytes.map((size) => ({ ...sent, size })))
  .map(({ content: { kind, bytes }, cuts, between, key, size }): Sent => {
    const pieces = bytes.length === 0 ? [bytes] : cutAt(bytes, cuts);
    const frames: ClientFrame[] = [];
    const found: Found[] = [];
    pieces.forEach((payload, at) => {
      const opcode = at === 0 ? OPCODE[kind] : OPCODE.continuation;
      frames.push({ opcode, payload, key: key + at, fin: at === pieces.length - 1, lengthBytes: size });
      const interleaved = between[at];
      if (interleaved === undefined || at === pieces.length - 1) return;
      frames.push(interleaved.frame);
      found.push(interleaved.found);
    });
    return { frames, found: [...found, [kind, bytes.toString('hex')]] };
  });

const single = control.map(({ frame, found }): Sent => ({ frames: [frame], found: [found] }));

describe('FrameParser', () => {
  it('[WS3] reads the golden frames of RFC 6455, section 5.7', () => {
    const text = Buffer.from('818537fa213d7f9f4d5158', 'hex');
    const ping = Buffer.from('898537fa213d7f9f4d5158', 'hex');
    const fragments = Buffer.from('010337fa213d7f9f4d', 'hex');
    fragments[1] = 0x83;
    const rest = Buffer.from('808237fa213d5b95', 'hex');
    expect(parse([Buffer.from(text)])).toEqual([['text', hex('Hello')]]);
    expect(parse([Buffer.concat([fragments, ping, rest])])).toEqual([
      ['ping', hex('Hello')],
      ['text', hex('Hello')],
    ]);
  });

  it.each([0, 1, 125, 126, 65_535, 65_536])('[WS3] reads a frame of %i bytes, whole and byte by byte', (length) => {
    const payload = Buffer.alloc(length, 0xa5);
    const frame = frameOf({ opcode: OPCODE.binary, payload });
    const expected = [['binary', payload.toString('hex')]];
    const single = Array.from(frame, (byte) => Buffer.of(byte));
    expect(parse([Buffer.from(frame)], 70_000)).toEqual(expected);
    expect(parse(single, 70_000)).toEqual(expected);
  });

  it('[WS3] finds the same messages, however they are fragmented and cut', () => {
    const sent = fc.array(fc.oneof(message, single), { maxLength: 6 });
    const property = fc.property(sent, fc.array(fc.nat(), { maxLength: 12 }), (list, cuts) => {
      const bytes = Buffer.concat(list.flatMap(({ frames }) => frames).map(frameOf));
      expect(parse(cutAt(bytes, cuts))).toEqual(list.flatMap(({ found }) => found));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it('[WS4] any bytes are messages or a fault, cut anywhere, and the same ones', () => {
    const cuts = fc.array(fc.nat(), { maxLength: 8 });
    const noise = fc.uint8Array({ maxLength: 200 });
    // Begins like frames, so that faults behind the first two bytes are met as well.
    const likely = fc
      .array(fc.tuple(fc.constantFrom(0x81, 0x82, 0x01, 0x80, 0x88, 0x89), fc.integer({ min: 0x80, max: 0xff }), noise))
      .map((list) => Buffer.concat(list.flatMap(([first, second, rest]) => [Buffer.of(first, second), rest])));
    const property = fc.property(fc.oneof(noise, likely), cuts, (raw, places) => {
      const bytes = Buffer.from(raw);
      const whole = parse([Buffer.from(bytes)]);
      expect(parse(cutAt(bytes, places))).toEqual(whole);
      const faults = whole.filter(([kind]) => kind === 'violation');
      for (const [, code] of faults) expect([1002, 1007, 1009]).toContain(code);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it('[WS5] hands out a view of the chunk where the message lies whole in it', () => {
    const chunk = frameOf({ opcode: OPCODE.binary, payload: Buffer.alloc(500, 7) });
    const parser = new FrameParser(MAX);
    parser.push(chunk);
    expect(parser.next()).toBe('binary');
    expect(parser.payload.buffer).toBe(chunk.buffer);
    expect(parser.next()).toBe('incomplete');
    expect(parser.payload).toHaveLength(0);
  });
});

describe('faults', () => {
  const binary = (fin: boolean, length = 1) => frameOf({ opcode: OPCODE.binary, fin, payload: Buffer.alloc(length) });
  const faults: readonly [string, 1002 | 1007 | 1009, Buffer][] = [
    ['a frame without a mask', 1002, frameOf({ opcode: OPCODE.binary, masked: false })],
    ['RSV1, as compression has it', 1002, frameOf({ opcode: OPCODE.binary, reserved: 0x40 })],
    ['RSV2', 1002, frameOf({ opcode: OPCODE.binary, reserved: 0x20 })],
    ['RSV3', 1002, frameOf({ opcode: OPCODE.ping, reserved: 0x10 })],
    ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
      (opcode) => [`the opcode ${opcode}`, 1002, frameOf({ opcode })] as [string, 1002, Buffer],
    ),
    ['a fragmented ping', 1002, frameOf({ opcode: OPCODE.ping, fin: false })],
    ['a fragmented close', 1002, frameOf({ opcode: OPCODE.close, fin: false })],
    ['a ping of 126 bytes', 1002, frameOf({ opcode: OPCODE.ping, payload: Buffer.alloc(126) })],
    ['a pong that announces 2^40 bytes', 1002, frameOf({ opcode: OPCODE.pong, announced: 2 ** 40 })],
    ['a continuation of nothing', 1002, frameOf({ opcode: OPCODE.continuation })],
    ['a message in the middle of another', 1002, Buffer.concat([binary(false), binary(true)])],
    ['a close code of one byte', 1002, frameOf({ opcode: OPCODE.close, payload: Buffer.of(3) })],
    ...[0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535].map(
      (code) => [`the close code ${code}`, 1002, closeFrameOf(code)] as [string, 1002, Buffer],
    ),
    ['a close reason that is not UTF-8', 1007, closeFrameOf(1000, Buffer.of(0xc0, 0x80))],
    ['a text that is not UTF-8', 1007, frameOf({ opcode: OPCODE.text, payload: Buffer.of(0xed, 0xa0, 0x80) })],
    ['a text that ends in a character', 1007, frameOf({ opcode: OPCODE.text, payload: Buffer.of(0xe2, 0x82) })],
    ['a frame over the maximum', 1009, frameOf({ opcode: OPCODE.binary, announced: MAX + 1 })],
    ['a frame of 2^63 bytes', 1009, frameOf({ opcode: OPCODE.text, announced: 2 ** 63 })],
    [
      'fragments over the maximum in all',
      1009,
      Buffer.concat([binary(false, MAX), frameOf({ opcode: OPCODE.continuation, announced: 1 })]),
    ],
  ];

  it.each(faults)('[WS4] %s is %i, whole and byte by byte', (_what, code, bytes) => {
    expect(parse([Buffer.from(bytes)])).toEqual([['violation', code]]);
    expect(parse(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual([['violation', code]]);
  });

  it.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999])(
    '[WS4] the close code %i is none',
    (code) => {
      expect(parse([closeFrameOf(code, 'ü')])[0]?.[0]).toBe('close');
    },
  );

  it('[WS4] a text may be cut in the middle of a character, in fragments', () => {
    const euro = Buffer.from('€');
    const fragments = [
      frameOf({ opcode: OPCODE.text, fin: false, payload: euro.subarray(0, 2) }),
      frameOf({ opcode: OPCODE.continuation, payload: euro.subarray(2) }),
    ];
    expect(parse(fragments)).toEqual([['text', hex('€')]]);
  });

  it('[WS4] the maximum itself is allowed, a control frame beside it too', () => {
    const fragments = [
      binary(false, MAX),
      frameOf({ opcode: OPCODE.ping, payload: Buffer.alloc(125) }),
      frameOf({ opcode: OPCODE.continuation }),
    ];
    expect(parse(fragments).map(([kind]) => kind)).toEqual(['ping', 'binary']);
  });

  it('[WS4] nothing is found behind a fault', () => {
    const parser = new FrameParser(MAX);
    parser.push(Buffer.concat([frameOf({ opcode: 3 }), binary(true)]));
    expect([parser.next(), parser.next()]).toEqual(['violation', 'violation']);
    parser.push(binary(true));
    expect(parser.next()).toBe('violation');
  });
});

describe('what comes in pieces', () => {
  const MIB = 2 ** 20;

  /** Bytes of buffers that the parse sets aside at most, over what there was before. */
  function parsedWithin(chunks: Iterable<Buffer>, max: number): { length: number; setAside: number } {
    const parser = new FrameParser(max);
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    let at = 0;
    for (const chunk of chunks) {
      parser.push(chunk);
      const found = parser.next();
      if (at++ % 1000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      if (found === 'binary') return { length: parser.payload.length, setAside: most };
      if (found !== 'incomplete') throw new Error(found);
    }
    return { length: -1, setAside: most };
  }

  it('[WS6] 100,000 fragments of one byte take the memory of one message', () => {
    const fragment = frameOf({ opcode: OPCODE.continuation, fin: false, payload: Buffer.of(1) });
    function* fragments() {
      yield frameOf({ opcode: OPCODE.binary, fin: false, payload: Buffer.of(1) });
      for (let at = 0; at < 100_000; at++) yield fragment;
      yield frameOf({ opcode: OPCODE.continuation });
    }
    const { length, setAside } = parsedWithin(fragments(), MIB);
    expect(length).toBe(100_001);
    // The chunks themselves are one buffer here; Buffer's pool and the collector need some room.
    expect(setAside).toBeLessThan(2 * MIB);
  });

  it('[WS6] 300,000 bytes, one at a time, take time and memory in proportion', () => {
    const frame = frameOf({ opcode: OPCODE.binary, payload: Buffer.alloc(300_000, 9) });
    function* bytes() {
      for (let at = 0; at < frame.length; at++) yield frame.subarray(at, at + 1);
    }
    const { length, setAside } = parsedWithin(bytes(), MIB);
    expect(length).toBe(300_000);
    expect(setAside).toBeLessThan(2 * MIB);
  });

  it('[WS6] 20 MB in chunks of 64 KiB are put together once, and right', () => {
    const payload = randomBytes(20 * MIB);
    const frame = frameOf({ opcode: OPCODE.binary, payload });
    const parser = new FrameParser(20 * MIB);
    for (let at = 0; at < frame.length; at += 65_536) {
      parser.push(Buffer.from(frame.subarray(at, at + 65_536)));
      const found = parser.next();
      if (at + 65_536 < frame.length) expect(found).toBe('incomplete');
    }
    expect(parser.payload.equals(payload)).toBe(true);
  });

  it('[WS6] an announced length sets nothing aside before bytes come', () => {
    const before = process.memoryUsage().arrayBuffers;
    const parsers = Array.from({ length: 50 }, () => {
      const parser = new FrameParser(20 * MIB);
      parser.push(frameOf({ opcode: OPCODE.binary, announced: 20 * MIB, payload: Buffer.of(1) }));
      expect(parser.next()).toBe('incomplete');
      return parser;
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 128 * 1024);
    expect(parsers).toHaveLength(50);
  });
});
