import type { UpdateLog } from '../../../src/domain/repositories/update-log.ts';
import { MemoryUpdateLog } from '../../../src/infrastructure/stores/memory/memory-update-log.ts';

/** A log whose calls of one method wait until they are let through. */
export class GatedLog extends MemoryUpdateLog {
  readonly #gates = { append: new Gate(), load: new Gate() };

  shutGate(method: 'append' | 'load'): void {
    this.#gates[method].shut();
  }

  openGate(method: 'append' | 'load'): void {
    this.#gates[method].open();
  }

  /** Resolves when a call waits at the gate. */
  reached(method: 'append' | 'load'): Promise<void> {
    return this.#gates[method].reached;
  }

  override async append(...args: Parameters<UpdateLog['append']>): Promise<void> {
    await this.#gates.append.pass();
    return super.append(...args);
  }

  override async load(...args: Parameters<UpdateLog['load']>): ReturnType<UpdateLog['load']> {
    await this.#gates.load.pass();
    return super.load(...args);
  }
}

class Gate {
  #opened = Promise.resolve();
  #open: () => void = () => undefined;
  #reach: () => void = () => undefined;
  reached: Promise<void> = Promise.resolve();

  shut(): void {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    this.reached = new Promise((resolve) => {
      this.#reach = resolve;
    });
  }

  open(): void {
    this.#open();
  }

  pass(): Promise<void> {
    this.#reach();
    return this.#opened;
  }
}
