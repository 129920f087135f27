import { CollaborationError } from '../../domain/errors.ts';
import { DocumentPattern } from '../../domain/value-objects/document-pattern.ts';
import type { Clock } from '../ports/clock.ts';
import type { TokenIssuer } from '../ports/token-issuer.ts';
import { expired } from '../use-cases/check-access.ts';
import type { Settings } from './config/keys.ts';
import { makeToken } from './token-command.ts';

/** Signs with the configured secret; none where there is none, or where a webhook decides whatever a token says. */
export function tokenIssuer(settings: Settings, clock: Clock): TokenIssuer | undefined {
  const hasSecret = settings.AUTH_SECRET !== undefined || settings.AUTH_SECRET_FILE !== undefined;
  if (!hasSecret || settings.AUTH_WEBHOOK_URL !== undefined) return undefined;
  return {
    issue: async ({ subject, name, color, documentId, access, lifetime: wanted, until }) => {
      if (documentId.value.includes('*')) {
        throw new CollaborationError('invalid', 'A document with a star in its name cannot have a token of its own.');
      }
      const now = clock.now();
      // Without the tolerance, which would be granted anew with each token that is made with another.
      const left = until === undefined ? wanted : Math.min(wanted, until - settings.AUTH_CLOCK_TOLERANCE_MS - now);
      const lifetime = Math.floor(left / 1000) * 1000;
      if (lifetime <= 0) throw expired();
      const documents = [DocumentPattern.parse(documentId.value)];
      const content = { subject, name, color, documents, access, lifetime, privateKey: undefined, keyId: undefined };
      return makeToken(content, settings, now);
    },
  };
}
