/** A document as another store, or a file, has it. */
export interface SourceDocument {
  /** What names it there; not yet a valid id. */
  readonly name: string;
  /** @throws Error that says why it cannot be read */
  read(): Promise<SourceContent>;
}

export interface SourceContent {
  /** Yjs updates, encoding v1. */
  readonly updates: readonly Uint8Array[];
  /** Unix milliseconds; none where the source does not know. */
  readonly lastModified: number | undefined;
  /** What is wrong, where not all of the document could be read. */
  readonly damage?: string;
}

/** Documents to be moved, of any number: none is held but those that are being read. */
export interface DocumentSource {
  /** How many there are; none where only reading all of them would tell. */
  count(): Promise<number | undefined>;
  /** Each once. @throws Error where the source fails as a whole */
  documents(): AsyncIterable<SourceDocument>;
  close(): Promise<void>;
}
