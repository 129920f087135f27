import { expect } from 'vitest';
import type { Authenticator, Principal } from '../../../src/application/ports/authenticator.ts';
import type { Logger } from '../../../src/application/ports/logger.ts';
import { createAuthenticator } from '../../../src/application/runtime/authentication.ts';
import { loadConfig } from '../../../src/application/runtime/config/load-config.ts';
import { DocumentId } from '../../../src/domain/value-objects/document-id.ts';
import { ManualClock } from '../../support/manual-clock.ts';

interface LogLine {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** An authenticator of a configuration, on a clock that stands still. */
export interface Gate {
  readonly authenticator: Authenticator;
  readonly clock: ManualClock;
  readonly logs: readonly LogLine[];
  enter(token?: string): Promise<Principal>;
}

export async function gate(
  environment: Readonly<Record<string, string>>,
  clock: ManualClock = new ManualClock(),
): Promise<Gate> {
  const logs: LogLine[] = [];
  const at = (level: string) => (fields: LogLine['fields'], message: string) => {
    logs.push({ level, fields, message });
  };
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const authenticator = await createAuthenticator(loadConfig(environment), { clock, logger });
  const enter = (token?: string) => authenticator.authenticate({ token, remoteAddress: '192.0.2.7' });
  return { authenticator, clock, logs, enter };
}

export const id = (raw: string): DocumentId => DocumentId.parse(raw);

export const UNAUTHENTICATED = expect.objectContaining({ kind: 'unauthenticated' });
export const UNAVAILABLE = expect.objectContaining({ kind: 'unavailable' });
