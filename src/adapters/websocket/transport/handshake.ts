import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

const VERSION = '13';

/** Base64 of 16 bytes. */
const KEY = /^[A-Za-z0-9+/]{22}==$/;

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

/** What the server answers to an opening handshake, as it goes on the wire. */
export type Handshake =
  | { readonly kind: 'accepted'; readonly answer: string; readonly offeredProtocols: readonly string[] }
  | { readonly kind: 'refused'; readonly answer: string };

/**
 * Judges an opening handshake (RFC 6455, section 4.2). No extension is selected.
 * @param select chooses among the subprotocols that the client offers
 */
export function handshakeOf(
  request: IncomingMessage,
  select: (offered: readonly string[]) => string | undefined = first,
): Handshake {
  const { headers, method, httpVersionMajor, httpVersionMinor } = request;
  const key = headers['sec-websocket-key'] ?? '';
  if (method !== 'GET') return refused('405 Method Not Allowed', 'Allow: GET\r\n');
  if (httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor < 1)) return refused('400 Bad Request');
  if (!names(headers.upgrade, 'websocket') || !names(headers.connection, 'upgrade')) return refused('400 Bad Request');
  if (headers['sec-websocket-version'] !== VERSION) {
    return refused('426 Upgrade Required', `Sec-WebSocket-Version: ${VERSION}\r\n`);
  }
  if (!KEY.test(key)) return refused('400 Bad Request');
  const offered = protocolsOf(headers['sec-websocket-protocol']);
  if (offered === undefined) return refused('400 Bad Request');
  return { kind: 'accepted', answer: acceptance(key, select(offered)), offeredProtocols: offered };
}

function first([protocol]: readonly string[]): string | undefined {
  return protocol;
}

/** A whole short HTTP answer without a body. @param headers each with its line end */
export function httpAnswer(status: string, headers = ''): string {
  return `HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`;
}

function refused(status: string, headers?: string): Handshake {
  return { kind: 'refused', answer: httpAnswer(status, headers) };
}

function acceptance(key: string, protocol: string | undefined): string {
  const accept = hash('sha1', key + GUID, 'base64');
  const selected = protocol === undefined ? '' : `Sec-WebSocket-Protocol: ${protocol}\r\n`;
  return (
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    `Sec-WebSocket-Accept: ${accept}\r\n${selected}\r\n`
  );
}

/** Whether a list of a header has the name, in whatever case. */
function names(list: string | undefined, name: string): boolean {
  if (list === undefined) return false;
  const lower = list.toLowerCase();
  return lower === name || lower.split(',').some((each) => each.trim() === name);
}

/** Nothing where they are no list of different tokens. */
function protocolsOf(header: string | undefined): readonly string[] | undefined {
  if (header === undefined) return [];
  const offered = header.split(',').map((each) => each.trim());
  const isList = offered.every((each) => TOKEN.test(each)) && new Set(offered).size === offered.length;
  return isList ? offered : undefined;
}
