import { type ContentFrame, contentOf } from './sync-frame.ts';

export type SocketObserver = { sent(frame: ContentFrame): void; received(frame: ContentFrame): void };

/**
 * A WebSocket class for the provider that reports the document content that really crosses the wire. The provider's own
 * events do not tell what was sent.
 */
export function observedSocket(observer: SocketObserver): typeof WebSocket {
  return class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('message', ({ data }) => {
        const frame = data instanceof ArrayBuffer && contentOf(new Uint8Array(data));
        if (frame) observer.received(frame);
      });
    }

    override send(data: string | ArrayBufferLike | Blob | ArrayBufferView<ArrayBuffer>): void {
      super.send(data as ArrayBuffer);
      const frame = data instanceof Uint8Array && contentOf(data);
      if (frame) observer.sent(frame);
    }
  };
}
