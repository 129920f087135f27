/** Whether two byte arrays hold the same. */
export function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.byteLength !== other.byteLength) return false;
  for (let at = 0; at < one.byteLength; at++) if (one[at] !== other[at]) return false;
  return true;
}
