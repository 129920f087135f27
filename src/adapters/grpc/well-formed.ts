const HALF_SURROGATE = /\p{Surrogate}/gu;

/**
 * The text with U+FFFD for each half of a surrogate pair. A protobuf string must be UTF-8, which has no form for one:
 * clients in other languages would refuse the message and with it the stream.
 */
export function wellFormed(text: string): string {
  return text.replace(HALF_SURROGATE, '\ufffd');
}
