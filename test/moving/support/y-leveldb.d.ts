/** What the tests use of it; its own types are not reachable through its exports. */
declare module 'y-leveldb' {
  export class LeveldbPersistence {
    constructor(folder: string);
    storeUpdate(document: string, update: Uint8Array): Promise<number>;
    flushDocument(document: string): Promise<void>;
    setMeta(document: string, key: string, value: string): Promise<void>;
    destroy(): Promise<void>;
  }
}
