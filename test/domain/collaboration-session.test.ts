import { describe, expect, it } from 'vitest';
import { ClientId } from '../../src/domain/value-objects/client-id.ts';
import { profileOf, session } from '../support/sessions.ts';

const TIMEOUT = 100;

describe('CollaborationSession', () => {
  it('[SES2] begins Active, seen now', () => {
    const started = session({ now: 1_000 });
    expect(started).toMatchObject({ status: 'Active', isActive: true, createdAt: 1_000, lastSeenAt: 1_000 });
    expect(started.duration(1_250)).toBe(250);
  });

  it('[SES2] is stale past half of the timeout and expired past all of it', () => {
    const silent = session({ now: 1_000 });
    expect([50, 51].map((after) => silent.isStale(TIMEOUT, 1_000 + after))).toEqual([false, true]);
    expect([100, 101].map((after) => silent.isExpired(TIMEOUT, 1_000 + after))).toEqual([false, true]);
  });

  it('[SES2] any message makes an Offline session Active again, and starts its time anew', () => {
    const back = session({ now: 1_000 });
    back.setStatus('Offline');
    expect(back.isActive).toBe(false);
    back.updateLastSeen(1_090);
    expect(back).toMatchObject({ status: 'Active', lastSeenAt: 1_090, createdAt: 1_000 });
    expect(back.isExpired(TIMEOUT, 1_190)).toBe(false);
    expect(back.isExpired(TIMEOUT, 1_191)).toBe(true);
  });

  it('[SES3] a Disconnected session stays so, whatever comes in late', () => {
    const broken = session();
    broken.setStatus('Disconnected');
    broken.updateLastSeen(2_000);
    expect(broken).toMatchObject({ status: 'Disconnected', isActive: false });
  });

  it('[SES5] an identified session is the same one, with a name', () => {
    const anonymous = session({ identity: 'anonymous', client: 'c1', user: 'c1', now: 1_000 });
    anonymous.updateLastSeen(1_500);
    anonymous.setStatus('Offline');
    const named = anonymous.identifiedAs(profileOf('ada@example.org', 'Ada'), ClientId.parse('c2'));
    expect(named).toMatchObject({
      sessionId: anonymous.sessionId,
      documentId: anonymous.documentId,
      identity: 'named',
      userName: 'Ada',
      createdAt: 1_000,
      lastSeenAt: 1_500,
      status: 'Offline',
    });
    expect([named.clientId.value, named.userId.value]).toEqual(['c2', 'ada@example.org']);
    expect(named.userColor).toMatch(/^#/);
    expect(named.userMetadata).toEqual({});
  });
});
