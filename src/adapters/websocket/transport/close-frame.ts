import { isUtf8 } from 'node:buffer';
import { MAX_CONTROL_PAYLOAD } from './frame-header.ts';
import { NOT_UTF8, protocolError, type Violation } from './violation.ts';

/** A close frame without a code was received (RFC 6455, section 7.1.5). Never on the wire. */
const NO_CODE = 1005;

/** The connection ended without a close frame. Never on the wire. */
export const ABNORMAL = 1006;

/** What is wrong with a close frame's payload (RFC 6455, sections 5.5.1 and 7.4). */
export function faultOfClose(payload: Buffer): Violation | undefined {
  if (payload.length === 0) return undefined;
  if (payload.length === 1) return protocolError('The close code is cut short.');
  if (!mayBeSent(payload.readUInt16BE(0))) return protocolError('The close code is not allowed.');
  return isUtf8(payload.subarray(2)) ? undefined : NOT_UTF8;
}

/** The code of a payload without fault. */
export function closeCodeOf(payload: Buffer): number {
  return payload.length < 2 ? NO_CODE : payload.readUInt16BE(0);
}

/** Payload of a close frame; a reason that is too long is cut between two characters. */
export function closePayload(code: number, reason: string): Buffer {
  if (code === NO_CODE) return Buffer.alloc(0);
  const payload = Buffer.alloc(MAX_CONTROL_PAYLOAD);
  payload.writeUInt16BE(code, 0);
  return payload.subarray(0, 2 + payload.write(reason, 2));
}

/** RFC 6455, section 7.4, and the registry of the IANA, which has 1012 to 1014 besides. */
function mayBeSent(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && code !== 1004 && code !== NO_CODE && code !== ABNORMAL;
}
