import { isUtf8 } from 'node:buffer';
import { Assembly } from './assembly.ts';
import { faultOfClose } from './close-frame.ts';
import { CLOSE, faultOf, headerBytes, isControl, maskingKey, PING, payloadLength, TEXT } from './frame-header.ts';
import { unmask } from './mask.ts';
import { PartialHeader } from './partial-header.ts';
import { NOT_UTF8, TOO_BIG, type Violation } from './violation.ts';

/** What a parser found: a whole message, a control frame, what was wrong with the bytes, or that there are too few. */
export type Parsed = 'text' | 'binary' | 'ping' | 'pong' | 'close' | 'violation' | 'incomplete';

const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Frames of a client, bytes in, messages out (RFC 6455, section 5). It is pulled, so that whoever is told to wait just
 * does not ask. What lies whole in a chunk is unmasked there and handed out as a view of it; the rest is copied
 * together. Nothing of a chunk is kept once `next` has said `incomplete`.
 */
export class FrameParser {
  readonly #maxPayload: number;
  #input: Buffer = EMPTY;
  #at = 0;
  #payload: Buffer = EMPTY;
  #violation: Violation | undefined;
  #expects: 'header' | 'payload' = 'header';
  #partialHeader: PartialHeader | undefined;
  /** Of the frame that is being read: its first byte, masking key, bytes still to come, and where in the assembly it begins. */
  #first = 0;
  #key = 0;
  #remaining = 0;
  #start = 0;
  /** Opcode of the message that was begun and not ended; 0: none. */
  #fragmented = 0;
  #message: Assembly | undefined;
  #control: Assembly | undefined;

  /** @param maxPayload bytes a message may have, in all its fragments */
  constructor(maxPayload: number) {
    this.#maxPayload = maxPayload;
  }

  /** Of the message or control frame that `next` found; until it is called again. */
  get payload(): Buffer {
    return this.#payload;
  }

  /** Once `next` has found one, it finds nothing else any more. */
  get violation(): Violation | undefined {
    return this.#violation;
  }

  /** Whether bytes wait for `next`. */
  get hasInput(): boolean {
    return this.#at < this.#input.length;
  }

  /** Hands over bytes, which the parser writes to: it unmasks them in place. */
  push(chunk: Buffer): void {
    this.#input = this.hasInput ? Buffer.concat([this.#input.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
  }

  next(): Parsed {
    this.#payload = EMPTY;
    while (this.#violation === undefined) {
      if (this.#expects === 'header') {
        if (!this.#readHeader()) break;
        this.#expects = 'payload';
      }
      if (!this.#readPayload()) break;
      this.#expects = 'header';
      const found = isControl(this.#first & 0x0f) ? this.#endControl() : this.#endData();
      if (found !== undefined) return found;
    }
    this.#input = EMPTY;
    this.#at = 0;
    return this.#violation === undefined ? 'incomplete' : 'violation';
  }

  /** Whether there is a whole header, without fault. */
  #readHeader(): boolean {
    if (!this.hasInput) return false;
    if (this.#partialHeader === undefined) {
      const input = this.#input;
      const at = this.#at;
      const end = at + 1 < input.length ? at + headerBytes(input[at + 1] ?? 0) : Number.POSITIVE_INFINITY;
      if (end <= input.length) {
        this.#at = end;
        return this.#begin(input, at, end);
      }
      this.#partialHeader = new PartialHeader();
    }
    return this.#readPartialHeader(this.#partialHeader);
  }

  #readPartialHeader(header: PartialHeader): boolean {
    const { bytes } = header;
    this.#at = header.take(this.#input, this.#at);
    if (header.isWhole) {
      this.#partialHeader = undefined;
      return this.#begin(bytes, 0, header.length);
    }
    if (header.isJudgeable) this.#violation = faultOf(bytes[0] ?? 0, bytes[1] ?? 0, this.#fragmented !== 0);
    return false;
  }

  /** Takes over what the header says, before anything is set aside for its payload. */
  #begin(header: Buffer, at: number, end: number): boolean {
    this.#first = header[at] ?? 0;
    this.#violation = faultOf(this.#first, header[at + 1] ?? 0, this.#fragmented !== 0);
    this.#remaining = payloadLength(header, at);
    this.#start = this.#message?.length ?? 0;
    if (!isControl(this.#first & 0x0f) && this.#start + this.#remaining > this.#maxPayload) {
      this.#violation ??= TOO_BIG;
    }
    if (isControl(this.#first & 0x0f)) this.#start = 0;
    this.#key = maskingKey(header, end);
    return this.#violation === undefined;
  }

  /** Whether the frame's payload is whole: in `payload`, or behind what there was in the assembly. */
  #readPayload(): boolean {
    const input = this.#input;
    const end = Math.min(input.length, this.#at + this.#remaining);
    const assembly = this.#assembly(this.#at + this.#remaining === end);
    if (assembly === undefined) {
      if (this.#remaining > 0) this.#payload = input.subarray(this.#at, end);
      unmask(this.#payload, 0, this.#remaining, this.#key);
      this.#at = end;
      return true;
    }
    const atMost = this.#isFinal ? assembly.length + this.#remaining : Number.POSITIVE_INFINITY;
    assembly.append(input, this.#at, end, atMost);
    this.#remaining -= end - this.#at;
    this.#at = end;
    if (this.#remaining > 0) return false;
    assembly.unmaskFrom(this.#start, this.#key);
    return true;
  }

  /** Where the frame's payload is put together; nowhere where it is a whole message, and whole in the chunk. */
  #assembly(isWhole: boolean): Assembly | undefined {
    if (isControl(this.#first & 0x0f)) {
      if (!isWhole) this.#control ??= new Assembly();
      return this.#control;
    }
    if (!isWhole || !this.#isFinal) this.#message ??= new Assembly();
    return this.#message;
  }

  get #isFinal(): boolean {
    return (this.#first & 0x80) !== 0;
  }

  #endControl(): Parsed | undefined {
    const opcode = this.#first & 0x0f;
    if (this.#control !== undefined) this.#payload = this.#control.bytes;
    this.#control = undefined;
    if (opcode !== CLOSE) return opcode === PING ? 'ping' : 'pong';
    this.#violation = faultOfClose(this.#payload);
    return this.#violation === undefined ? 'close' : undefined;
  }

  #endData(): Parsed | undefined {
    this.#fragmented ||= this.#first & 0x0f;
    if (!this.#isFinal) return undefined;
    const opcode = this.#fragmented;
    if (this.#message !== undefined) this.#payload = this.#message.bytes;
    this.#message = undefined;
    this.#fragmented = 0;
    if (opcode !== TEXT) return 'binary';
    if (isUtf8(this.#payload)) return 'text';
    this.#violation = NOT_UTF8;
    return undefined;
  }
}
