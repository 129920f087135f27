import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/application/ports/clock.ts';
import type { CollaborationSession } from '../../src/domain/entities/collaboration-session.ts';
import type { CollaborationSessionRepository } from '../../src/domain/repositories/collaboration-session-repository.ts';
import type { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { MemorySessionRepository } from '../../src/infrastructure/sessions/memory/memory-session-repository.ts';
import { SESSION_REPOSITORY_RULES, sessionRepositoryContract } from '../contracts/session-repository.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { session } from '../support/sessions.ts';

sessionRepositoryContract('memory', (clock) => new MemorySessionRepository(clock));

/** The memory implementation, wrong in one place each. */
const BROKEN: readonly (readonly [string, (clock: Clock) => CollaborationSessionRepository])[] = [
  [
    'takes a session twice',
    (clock) =>
      new (class extends MemorySessionRepository {
        override addSession(one: CollaborationSession): void {
          this.removeSession(one.sessionId);
          super.addSession(one);
        }
      })(clock),
  ],
  [
    'finds the oldest session of a client',
    (clock) =>
      new (class extends MemorySessionRepository {
        override getSessionByClientId(
          ...[clientId, documentId]: Parameters<MemorySessionRepository['getSessionByClientId']>
        ) {
          const newest = super.getSessionByClientId(clientId, documentId);
          return newest && this.getActiveSessionsByDocument(newest.documentId)[0];
        }
      })(clock),
  ],
  [
    'lists what is not Active',
    (clock) =>
      new (class extends MemorySessionRepository {
        readonly #all: CollaborationSession[] = [];
        override addSession(one: CollaborationSession): void {
          super.addSession(one);
          this.#all.push(one);
        }
        override getActiveSessionsByDocument(documentId: DocumentId) {
          return this.#all.filter((one) => one.documentId.value === documentId.value);
        }
      })(clock),
  ],
  [
    'counts sessions instead of users',
    (clock) =>
      new (class extends MemorySessionRepository {
        override countActiveUsers(documentId: DocumentId): number {
          return this.getActiveSessionsByDocument(documentId).length;
        }
      })(clock),
  ],
  [
    'adds what it is to update',
    (clock) =>
      new (class extends MemorySessionRepository {
        override updateSession(one: CollaborationSession): void {
          this.removeSession(one.sessionId);
          this.addSession(one);
        }
      })(clock),
  ],
  [
    'keeps what has expired',
    (clock) =>
      new (class extends MemorySessionRepository {
        override cleanupExpiredSessions(timeout: number) {
          const expired = super.cleanupExpiredSessions(timeout);
          for (const one of expired) this.addSession(one);
          return expired;
        }
      })(clock),
  ],
];

describe('the contract of CollaborationSessionRepository', () => {
  it.each(BROKEN)('[SES8] notices an implementation that %s', (_name, open) => {
    const failed = SESSION_REPOSITORY_RULES.filter(({ check }) => {
      const clock = new ManualClock();
      try {
        check(open(clock), clock);
        return false;
      } catch {
        return true;
      }
    });
    expect(failed.length).toBeGreaterThan(0);
  });
});

describe('MemorySessionRepository', () => {
  it('[SES8] holds nothing of sessions that are gone', () => {
    const repository = new MemorySessionRepository(new ManualClock());
    const sessions = Array.from({ length: 100 }, (_, at) => session({ client: `c${at}`, document: `d${at % 7}` }));
    for (const each of sessions) repository.addSession(each);
    expect(repository.size).toBe(100);
    for (const each of sessions) repository.removeSession(each.sessionId);
    expect(repository.size).toBe(0);
    for (const { documentId } of sessions) expect(repository.getActiveSessionsByDocument(documentId)).toEqual([]);
  });
});
