/** When the server is killed, counted from the start of the load; counts are over all writers. */
export type Moment =
  | { readonly kind: 'time'; readonly milliseconds: number }
  /** On the arrival of this acknowledgement. */
  | { readonly kind: 'acknowledgement'; readonly count: number }
  /** So long after this update was sent: most of the time it is on its way to the disk, or its answer on its way back. */
  | { readonly kind: 'sending'; readonly count: number; readonly milliseconds: number }
  /** So long after this compaction ended: most of the time the next one has begun. */
  | { readonly kind: 'compaction'; readonly count: number; readonly milliseconds: number };

export function randomMoment(random: (below: number) => number): Moment {
  switch (random(4)) {
    case 0:
      return { kind: 'time', milliseconds: 5 + random(700) };
    case 1:
      return { kind: 'acknowledgement', count: 1 + random(1500) };
    case 2:
      return { kind: 'compaction', count: 1 + random(12), milliseconds: random(20) };
    default:
      return { kind: 'sending', count: 1 + random(1500), milliseconds: random(9) };
  }
}

export function describeMoment(moment: Moment): string {
  switch (moment.kind) {
    case 'time':
      return `after ${moment.milliseconds} ms`;
    case 'acknowledgement':
      return `on acknowledgement ${moment.count}`;
    case 'sending':
      return `${moment.milliseconds} ms after update ${moment.count} was sent`;
    case 'compaction':
      return `${moment.milliseconds} ms after compaction ${moment.count}`;
  }
}
