import type { ConnectionState } from './connection.ts';

const TEXT: Record<ConnectionState, string> = {
  connecting: 'Connecting…',
  connected: 'Live',
  disconnected: 'Offline – reconnecting…',
  refused: 'No access to this document',
  'read-only': 'View only',
};

const DOT: Record<ConnectionState, string> = {
  connecting: 'connecting',
  connected: 'connected',
  disconnected: 'disconnected',
  refused: 'disconnected',
  'read-only': 'connected',
};

export function connectionView(element: HTMLElement, text: HTMLElement): (state: ConnectionState) => void {
  return (state) => {
    element.dataset.state = DOT[state];
    element.toggleAttribute('data-refused', state === 'refused');
    text.textContent = TEXT[state];
  };
}
