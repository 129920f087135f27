import { encodeUpdate } from '../../src/adapters/websocket/protocols/y-websocket-codec.ts';
import { base64, JsonClient } from './json-client.ts';
import type { RunningServer } from './server.ts';
import { insertion } from './updates.ts';
import { UPDATE, YWebsocketClient } from './y-websocket-client.ts';

/** Two honest clients of a document, one at each door, that must not notice what others do. */
export class HealthyPair {
  readonly #document: string;
  readonly #json: JsonClient;
  readonly #provider: YWebsocketClient;
  #round = 0;

  private constructor(document: string, json: JsonClient, provider: YWebsocketClient) {
    this.#document = document;
    this.#json = json;
    this.#provider = provider;
  }

  static async join(server: RunningServer, document = 'd'): Promise<HealthyPair> {
    const json = await JsonClient.open(server.wsUrl);
    await json.sync(document);
    return new HealthyPair(document, json, await YWebsocketClient.join(server.wsUrl, document));
  }

  /** Each writes; each gets its acknowledgement and the other's update. */
  async check(): Promise<void> {
    const [one, two] = [insertion(`j${this.#round}`), insertion(`p${this.#round}`)] as const;
    this.#round++;
    await this.#json.write(this.#document, one);
    const frame = Buffer.from(encodeUpdate(one));
    await this.#provider.next(UPDATE, (each) => each.equals(frame));
    await this.#provider.write(two);
    await this.#json.next('update', (each) => each.update === base64(two));
  }
}
