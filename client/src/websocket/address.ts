/**
 * The address of a document at the y-websocket door.
 * @param url the door: `ws://host:8080/ws`; `http:` and `https:` stand for `ws:` and `wss:`
 * @throws TypeError where it is no such address, or the document cannot be named in one
 */
export function documentUrl(url: string, document: string, token: string | undefined): string {
  const address = new URL(url);
  address.protocol = address.protocol.replace(/^http/, 'ws');
  if (!/^wss?:$/.test(address.protocol)) throw new TypeError(`"${url}" is no address of a WebSocket: ws://host/ws`);
  address.hash = '';
  address.pathname = `${address.pathname.replace(/\/$/, '')}/${encodedName(document)}`;
  if (token !== undefined) address.searchParams.set('token', token);
  return address.href;
}

/** URLs resolve the segments `.` and `..`, so slashes beside them are encoded. */
function encodedName(document: string): string {
  const segments = document.split('/');
  if (segments.length === 1 && isDots(document)) throw new TypeError(`A document cannot be named "${document}".`);
  if (segments.some(isDots)) return encodeURIComponent(document);
  return segments.map(encodeURIComponent).join('/');
}

function isDots(segment: string): boolean {
  return segment === '.' || segment === '..';
}
