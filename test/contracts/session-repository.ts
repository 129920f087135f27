import { beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '../../src/application/ports/clock.ts';
import type { CollaborationSession } from '../../src/domain/entities/collaboration-session.ts';
import type { CollaborationSessionRepository } from '../../src/domain/repositories/collaboration-session-repository.ts';
import { ClientId } from '../../src/domain/value-objects/client-id.ts';
import { DocumentId } from '../../src/domain/value-objects/document-id.ts';
import { UserId } from '../../src/domain/value-objects/user-id.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { profileOf, type SessionOptions, session } from '../support/sessions.ts';

const document = (raw: string) => DocumentId.parse(raw);
const client = (raw: string) => ClientId.parse(raw);
const user = (raw: string) => UserId.parse(raw);

export interface Rule {
  readonly title: string;
  check(repository: CollaborationSessionRepository, clock: ManualClock): void;
}

/** Adds sessions, one for each of the options, seen now. */
function added(repository: CollaborationSessionRepository, clock: Clock, ...each: readonly SessionOptions[]) {
  return each.map((options) => {
    const one = session({ ...options, now: clock.now() });
    repository.addSession(one);
    return one;
  });
}

const ids = (sessions: readonly (CollaborationSession | undefined)[]) => sessions.map((each) => each?.sessionId);

const finding: readonly Rule[] = [
  {
    title: '[SES8] finds the newest session of a client, in a document where one is named',
    check: (repository, clock) => {
      const [, second, third] = added(repository, clock, {}, {}, { document: 'other' });
      expect(repository.getSessionByClientId(client('client'))?.sessionId).toBe(third?.sessionId);
      expect(repository.getSessionByClientId(client('client'), document('doc'))?.sessionId).toBe(second?.sessionId);
      expect(repository.getSessionByClientId(client('client'), document('nowhere'))).toBeUndefined();
      expect(repository.getSessionByClientId(client('nobody'))).toBeUndefined();
    },
  },
  {
    title: '[SES8] finds the Active sessions of a document, in the order they were added',
    check: (repository, clock) => {
      const made = added(repository, clock, { client: 'z' }, { client: 'a' }, { client: 'm' }, { document: 'other' });
      expect(ids(repository.getActiveSessionsByDocument(document('doc')))).toEqual(ids(made.slice(0, 3)));
      made[1]?.setStatus('Offline');
      expect(ids(repository.getActiveSessionsByDocument(document('doc')))).toEqual(ids([made[0], made[2]]));
      made[1]?.updateLastSeen(clock.now());
      made[2]?.setStatus('Disconnected');
      expect(ids(repository.getActiveSessionsByDocument(document('doc')))).toEqual(ids([made[0], made[1]]));
      expect(repository.getActiveSessionsByDocument(document('nowhere'))).toEqual([]);
    },
  },
  {
    title: '[SES8] finds the sessions of a user in all documents, whatever their status, in the order they were added',
    check: (repository, clock) => {
      const made = added(repository, clock, { document: 'b' }, { document: 'a' }, { document: 'a', user: 'other' });
      made[0]?.setStatus('Offline');
      expect(ids(repository.getSessionsByUser(user('user')))).toEqual(ids(made.slice(0, 2)));
      expect(repository.getSessionsByUser(user('nobody'))).toEqual([]);
    },
  },
  {
    title: '[SES8] counts different named users that are Active',
    check: (repository, clock) => {
      const [first, second] = added(
        repository,
        clock,
        { client: 'a', user: 'ada' },
        { client: 'b', user: 'bob' },
        { client: 'c', user: 'ada' },
        { client: 'd', user: 'nobody', identity: 'anonymous' },
        { document: 'other', user: 'eve' },
      );
      expect(repository.countActiveUsers(document('doc'))).toBe(2);
      first?.setStatus('Offline');
      expect(repository.countActiveUsers(document('doc'))).toBe(2);
      second?.setStatus('Offline');
      expect(repository.countActiveUsers(document('doc'))).toBe(1);
      expect(repository.countActiveUsers(document('nowhere'))).toBe(0);
    },
  },
];

const changing: readonly Rule[] = [
  {
    title: '[SES8] refuses a session that is there already',
    check: (repository, clock) => {
      const [one] = added(repository, clock, {});
      expect(() => repository.addSession(one!)).toThrow(expect.objectContaining({ kind: 'session-exists' }));
      expect(repository.getActiveSessionsByDocument(document('doc'))).toHaveLength(1);
    },
  },
  {
    title: '[SES8] puts an updated session in place of the one with its id, under its new names',
    check: (repository, clock) => {
      const [anonymous] = added(repository, clock, { client: 'old', user: 'old', identity: 'anonymous' });
      repository.updateSession(anonymous!.identifiedAs(profileOf('ada'), client('new')));
      expect(repository.getSessionByClientId(client('old'))).toBeUndefined();
      expect(repository.getSessionsByUser(user('old'))).toEqual([]);
      expect(repository.getSessionByClientId(client('new'))?.identity).toBe('named');
      expect(ids(repository.getSessionsByUser(user('ada')))).toEqual([anonymous?.sessionId]);
      expect(repository.countActiveUsers(document('doc'))).toBe(1);
    },
  },
  {
    title: '[SES8] refuses to update a session that is not there',
    check: (repository) => {
      expect(() => repository.updateSession(session())).toThrow(expect.objectContaining({ kind: 'not-found' }));
      expect(repository.getSessionByClientId(client('client'))).toBeUndefined();
    },
  },
  {
    title: '[SES8] a removed session is found nowhere; removing it twice is no error',
    check: (repository, clock) => {
      const [one, two] = added(repository, clock, {}, {});
      expect(repository.removeSession(two!.sessionId)).toBe(two);
      expect(repository.removeSession(two!.sessionId)).toBeUndefined();
      expect(repository.getSessionByClientId(client('client'))).toBe(one);
      expect(repository.getSessionsByUser(user('user'))).toEqual([one]);
      expect(repository.getActiveSessionsByDocument(document('doc'))).toEqual([one]);
    },
  },
  {
    title: '[SES2] [SES8] removes and returns what was not seen for longer than the timeout, whatever its status',
    check: (repository, clock) => {
      const [old, offline, seen] = added(repository, clock, { client: 'a' }, { client: 'b' }, { client: 'c' });
      offline?.setStatus('Offline');
      clock.advance(100);
      expect(repository.cleanupExpiredSessions(100)).toEqual([]);
      seen?.updateLastSeen(clock.now());
      clock.advance(1);
      expect(ids(repository.cleanupExpiredSessions(100)).toSorted()).toEqual(ids([old, offline]).toSorted());
      expect(repository.cleanupExpiredSessions(100)).toEqual([]);
      expect(repository.getActiveSessionsByDocument(document('doc'))).toEqual([seen]);
      expect(repository.getSessionByClientId(client('a'))).toBeUndefined();
    },
  },
];

/** The rule SES8 of SPEC.md, one by one: a broken implementation fails at least one of them. */
export const SESSION_REPOSITORY_RULES: readonly Rule[] = [...finding, ...changing];

export function sessionRepositoryContract(name: string, open: (clock: Clock) => CollaborationSessionRepository): void {
  describe(`${name}: CollaborationSessionRepository contract`, () => {
    let clock: ManualClock;
    let repository: CollaborationSessionRepository;

    beforeEach(() => {
      clock = new ManualClock();
      repository = open(clock);
    });

    for (const { title, check } of SESSION_REPOSITORY_RULES) it(title, () => check(repository, clock));
  });
}
