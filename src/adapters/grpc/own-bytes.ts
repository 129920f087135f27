/**
 * The bytes in memory of their own. Those of a decoded message are a view of the message, and a small message one of a
 * pool: whoever keeps the view keeps all of that.
 */
export function ownBytes(view: Uint8Array): Uint8Array {
  return view.buffer.byteLength > 2 * view.byteLength ? new Uint8Array(view) : view;
}
