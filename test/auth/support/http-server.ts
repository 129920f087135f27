import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { atEnd } from '../../support/clean-up.ts';

export interface Asked {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP server that remembers what it was asked. Ends with the test. */
export class HttpServer {
  readonly url: string;
  readonly asked: Asked[] = [];
  readonly close: () => Promise<void>;
  /** What it does with a request; a test may put something else in its place. */
  answer: (asked: Asked, response: ServerResponse) => void;

  private constructor(url: string, answer: HttpServer['answer'], close: () => Promise<void>) {
    this.url = url;
    this.answer = answer;
    this.close = close;
  }

  static async start(answer: HttpServer['answer']): Promise<HttpServer> {
    let self: HttpServer | undefined;
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      request.on('end', () => {
        const asked = { headers: request.headers, body };
        self?.asked.push(asked);
        self?.answer(asked, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const close = async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    };
    atEnd(close);
    self = new HttpServer(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, answer, close);
    return self;
  }
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
