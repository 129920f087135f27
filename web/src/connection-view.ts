import type { ConnectionState } from './connection.ts';

const TEXT: Record<ConnectionState, string> = {
  connecting: 'Connecting…',
  connected: 'Live',
  disconnected: 'Offline – reconnecting…',
  refused: 'No access to this document',
};

export function connectionView(element: HTMLElement, text: HTMLElement): (state: ConnectionState) => void {
  return (state) => {
    element.dataset.state = state === 'refused' ? 'disconnected' : state;
    element.toggleAttribute('data-refused', state === 'refused');
    text.textContent = TEXT[state];
  };
}
