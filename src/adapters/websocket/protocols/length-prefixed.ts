/** `head`, then `body` with its length before it, in one allocation: lib0's encoder would copy a large body twice. */
export function lengthPrefixed(head: ArrayLike<number>, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + varUintSize(body.length) + body.length);
  bytes.set(head);
  let position = head.length;
  let length = body.length;
  for (; length >= 0x80; length = Math.floor(length / 0x80)) bytes[position++] = (length % 0x80) | 0x80;
  bytes[position++] = length;
  bytes.set(body, position);
  return bytes;
}

function varUintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
