import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SavedState } from '../../web/src/saved-state.ts';
import { SimulatedWindow } from './simulated-window.ts';

const A = Uint8Array.of(1, 1);
const B = Uint8Array.of(2, 2);
const ALL = Uint8Array.of(1, 1, 2, 2);

function connected(): SavedState {
  const state = new SavedState();
  state.opened();
  return state;
}

function edit(state: SavedState, update: Uint8Array): void {
  state.sent({ kind: 'update', update });
  state.edited(update);
}

describe('the saved mark', () => {
  it('[WEB1] is "saving" from an edit until its echo', () => {
    const state = connected();
    expect(state.mark).toBe('saved');
    edit(state, A);
    expect(state.mark).toBe('saving');
    state.received(A.slice());
    expect(state.mark).toBe('saved');
  });

  it('[WEB1] waits for the echo of every edit', () => {
    const state = connected();
    edit(state, A);
    edit(state, B);
    state.received(A);
    expect(state.mark).toBe('saving');
    state.received(B);
    expect(state.mark).toBe('saved');
  });

  it('[WEB1] counts two equal edits twice', () => {
    const state = connected();
    edit(state, A);
    edit(state, A);
    state.received(A);
    expect(state.mark).toBe('saving');
  });

  it('[WEB1] is not moved by the edits of others', () => {
    const state = connected();
    edit(state, A);
    state.received(B);
    expect(state.mark).toBe('saving');
  });

  it('[WEB2] is "offline" for an edit without a connection, until the echo of the handshake that carried it', () => {
    const state = new SavedState();
    state.edited(A);
    expect(state.mark).toBe('offline');
    state.opened();
    expect(state.mark).toBe('saving');
    state.sent({ kind: 'step2', update: A });
    expect(state.mark).toBe('saving');
    state.received(A);
    expect(state.mark).toBe('saved');
  });

  it('[WEB2] owes again what was sent and not echoed before the connection broke', () => {
    const state = connected();
    edit(state, A);
    state.closed();
    expect(state.mark).toBe('offline');
    state.opened();
    state.received(A);
    expect(state.mark).toBe('saving');
    state.sent({ kind: 'step2', update: A });
    state.received(A);
    expect(state.mark).toBe('saved');
  });

  it('[WEB2] owes again what a handshake carried whose echo never came', () => {
    const state = new SavedState();
    state.edited(A);
    state.opened();
    state.sent({ kind: 'step2', update: A });
    state.closed();
    state.opened();
    expect(state.mark).toBe('saving');
  });

  it('[WEB2] confirms an edit made before the handshake in either order', () => {
    const state = new SavedState();
    state.edited(A);
    state.opened();
    edit(state, B);
    state.sent({ kind: 'step2', update: ALL });
    state.received(ALL);
    expect(state.mark).toBe('saving');
    state.received(B);
    expect(state.mark).toBe('saved');
  });

  it('[WEB1] owes an edit that the closing socket swallowed', () => {
    const state = connected();
    state.edited(A);
    expect(state.mark).toBe('saving');
    state.closed();
    expect(state.mark).toBe('offline');
  });

  it('[WEB1] does not wait for a handshake that carries nothing of its own', () => {
    const state = connected();
    state.sent({ kind: 'step2', update: A });
    expect(state.mark).toBe('saved');
    state.closed();
    expect(state.mark).toBe('saved');
  });
});

describe('the saved mark beside a server that loses connections and crashes', () => {
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ act: fc.constant('insert' as const), at: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('remove' as const), at: fc.nat(20) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        act: fc.constantFrom(
          'connect',
          'handshake',
          'receive',
          'receive',
          'commit',
          'echo',
          'echo',
          'stranger',
          'drop',
          'crash',
        ),
        at: fc.constant(0),
      }),
    },
  );

  it('[WEB1] [WEB2] never says "saved" of an edit that is not on disk, and says it in the end', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const window = new SimulatedWindow();
        for (const { act, at } of steps) {
          window[act as 'insert'](at);
          if (window.state.mark === 'saved') expect(window.isStored()).toBe(true);
        }
        window.settle();
        expect(window.state.mark).toBe('saved');
        expect(window.isStored()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
