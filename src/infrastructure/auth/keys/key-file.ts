import { readFile, stat } from 'node:fs/promises';
import type { ProtectedHeaderParameters } from 'jose';
import type { Clock } from '../../../application/ports/clock.ts';
import type { Logger } from '../../../application/ports/logger.ts';
import { type KeySource, usable, type VerificationKey } from './key-source.ts';

/** Milliseconds between two looks at the file. */
const LOOK_AGAIN = 1_000;

interface KeyFileServices {
  readonly clock: Clock;
  readonly logger: Logger;
}

type Parse = (content: string) => readonly VerificationKey[];

/**
 * Keys of a file, read again when it changes. Looked at when somebody comes: watching misses files that are replaced by a
 * link, as Kubernetes does it. A file that cannot be used leaves the keys as they are.
 */
export class KeyFile implements KeySource {
  readonly #path: string;
  readonly #parse: Parse;
  readonly #services: KeyFileServices;
  #keys: readonly VerificationKey[] = [];
  #version = '';
  #lookedAt: number;
  #looking: Promise<void> | undefined;

  private constructor(path: string, parse: Parse, services: KeyFileServices) {
    this.#path = path;
    this.#parse = parse;
    this.#services = services;
    this.#lookedAt = services.clock.now();
  }

  /** @throws Error that names the file, when it cannot be used */
  static async open(path: string, parse: Parse, services: KeyFileServices): Promise<KeyFile> {
    const file = new KeyFile(path, parse, services);
    try {
      file.#version = await file.#versionNow();
      file.#keys = parse(await readFile(path, 'utf8'));
    } catch (cause) {
      throw new Error(`${path} cannot be used: ${messageOf(cause)}.`, { cause });
    }
    return file;
  }

  async keysFor(header: ProtectedHeaderParameters): Promise<readonly VerificationKey[]> {
    if (this.#services.clock.now() - this.#lookedAt >= LOOK_AGAIN) {
      this.#looking ??= this.#look().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    return usable(this.#keys, header);
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { clock, logger } = this.#services;
    this.#lookedAt = clock.now();
    const version = await this.#versionNow().catch((cause: unknown) => `none: ${messageOf(cause)}`);
    if (version === this.#version) return;
    this.#version = version;
    try {
      this.#keys = this.#parse(await readFile(this.#path, 'utf8'));
      logger.info({ file: this.#path, keys: this.#keys.length }, 'Keys were read again');
    } catch (cause) {
      logger.error({ file: this.#path, reason: messageOf(cause) }, 'Keys cannot be read again; those from before stay');
    }
  }

  async #versionNow(): Promise<string> {
    const { mtimeMs, size, ino } = await stat(this.#path);
    return `${mtimeMs} ${size} ${ino}`;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
