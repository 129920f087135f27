import {
  diskFiles,
  type SegmentFile,
  type SegmentFiles,
} from '../../../src/infrastructure/stores/embedded/wal/segment-files.ts';

/** `nothing`: it fails before it begins. `half`, `all`: so much of it is done, and it says that it failed. */
export type Done = 'nothing' | 'half' | 'all';

/** Operations on real files, of which those that are asked for fail. */
export class SabotagedFiles implements SegmentFiles {
  /** Every operation that was asked for. */
  readonly calls: string[] = [];
  #fault: ((call: number) => Done | undefined) | undefined;

  /** Fails the operations, counted from here and from 0, for which `fault` says how. */
  sabotage(fault: (call: number) => Done | undefined): void {
    this.calls.length = 0;
    this.#fault = fault;
  }

  heal(): void {
    this.#fault = undefined;
  }

  async create(path: string): Promise<SegmentFile> {
    const file = await this.#run('create', (done) => (done === 'all' ? diskFiles.create(path) : undefined));
    if (file === undefined) throw new Error('unreachable');
    return {
      write: async (pieces, position) => {
        await this.#run('write', (done) => file.write(partOf(pieces, done), position));
      },
      truncate: async (length) => {
        await this.#run('truncate', (done) => (done === 'all' ? file.truncate(length) : undefined));
      },
      // Always closed: a descriptor that stays open is no fault of a disk.
      close: () => file.close(),
    };
  }

  async remove(path: string): Promise<void> {
    await this.#run('remove', (done) => (done === 'all' ? diskFiles.remove(path) : undefined));
  }

  async syncDirectory(path: string): Promise<void> {
    await this.#run('sync', () => diskFiles.syncDirectory(path));
  }

  async #run<Result>(name: string, operate: (done: Done) => Promise<Result> | undefined): Promise<Result | undefined> {
    const fault = this.#fault?.(this.calls.push(name) - 1);
    if (fault === undefined) return await operate('all');
    if (fault !== 'nothing') await operate(fault);
    throw Object.assign(new Error(`${name} was sabotaged`), { code: 'EIO' });
  }
}

function partOf(pieces: readonly Uint8Array[], done: Done): readonly Uint8Array[] {
  if (done === 'all') return pieces;
  const all = Buffer.concat(pieces);
  return [all.subarray(0, all.length / 2)];
}
