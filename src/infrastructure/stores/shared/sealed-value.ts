import { crc32 } from 'node:zlib';

/** Bytes before the body: the format version (1), and the checksum (4, big-endian). */
export const HEADER_BYTES = 5;

/**
 * Fills in the header of a value whose body starts at `HEADER_BYTES`. The checksum covers key, version and body, so
 * that a value under a wrong key is found out too.
 */
export function seal(key: Uint8Array, value: Uint8Array, version: number): Uint8Array {
  value[0] = version;
  new DataView(value.buffer, value.byteOffset).setUint32(1, checksum(key, value));
  return value;
}

/** Version and body of a sealed value, the body as a view of it, or what is wrong with it. */
export type Unsealed = { readonly version: number; readonly body: Uint8Array } | { readonly damage: string };

/** Checks the header that `seal` wrote. `versions` are those that the reader knows. */
export function unseal(key: Uint8Array, value: Uint8Array, versions: readonly number[]): Unsealed {
  if (value.length < HEADER_BYTES) return { damage: `its header has ${value.length} of ${HEADER_BYTES} bytes` };
  const version = value[0] ?? 0;
  if (!versions.includes(version)) return { damage: `its format version ${version} is unknown` };
  const stored = new DataView(value.buffer, value.byteOffset).getUint32(1);
  if (stored !== checksum(key, value)) return { damage: 'its checksum does not match' };
  return { version, body: value.subarray(HEADER_BYTES) };
}

function checksum(key: Uint8Array, value: Uint8Array): number {
  const start = crc32(value.subarray(0, 1), crc32(key));
  return crc32(value.subarray(HEADER_BYTES), start);
}
