/** What a key has used of the present window. */
export interface Usage {
  /** Points, those of the call included. */
  readonly used: number;
  /** Milliseconds until the window ends and counting starts anew. */
  readonly resetIn: number;
}

/** Counts points by key in windows of a fixed length. It only counts; what is too much is for the caller to say. */
export interface RateLimiter {
  /** Adds points. Never rejects: where a shared count cannot be had, this node's own is answered. */
  charge(key: string, points: number): Promise<Usage>;
}
