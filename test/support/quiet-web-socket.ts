import { WebSocket } from 'ws';

/** A WebSocket as browsers have it: an error that nobody listens to ends no process. */
export class QuietWebSocket extends WebSocket {
  constructor(address: string | URL, protocols?: string | string[]) {
    super(address, protocols);
    this.on('error', () => undefined);
  }
}
