import { damaged } from '../codecs/random-updates.ts';

export type Random = (below: number) => number;

/** Numbers at which varints, lengths and clocks change their form. */
const EDGES = [0, 1, 63, 64, 127, 128, 16_383, 16_384, 2 ** 21, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 48, 2 ** 53 - 1];

/** A frame made of valid ones: damaged once or several times, with a number put in, repeated, or grown. */
export function mutated(corpus: readonly Uint8Array[], random: Random): Uint8Array {
  const pick = () => corpus[random(corpus.length)] ?? new Uint8Array(1);
  let frame = pick();
  for (let times = 1 + random(3); times > 0 && frame.length > 0; times--) frame = once(frame, pick(), random);
  return frame;
}

function once(frame: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const at = random(frame.length + 1);
  switch (random(8)) {
    case 0: {
      // One number replaced by one at an edge.
      const number = varUint(EDGES[random(EDGES.length)] ?? 0);
      return Buffer.concat([frame.subarray(0, at), number, frame.subarray(at + 1)]);
    }
    case 1: {
      const piece = frame.subarray(random(frame.length), at + 1);
      return Buffer.concat([
        frame.subarray(0, at),
        ...Array.from({ length: 1 + random(6) }, () => piece),
        frame.subarray(at),
      ]);
    }
    case 2:
      return Buffer.concat([frame, other.subarray(0, random(other.length + 1))]);
    case 3:
      return Uint8Array.from(frame.subarray(0, 64), () => random(256));
    default:
      return other.length === 0 ? frame : damaged(frame, other, random);
  }
}

function varUint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}
