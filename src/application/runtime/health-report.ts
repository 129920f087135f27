import type { Health } from '../../adapters/http/health-routes.ts';
import type { Core } from './core.ts';
import type { Lifecycle } from './lifecycle.ts';
import { VERSION } from './package-root.ts';

/** How the server is, as an operator asks. */
export class HealthReport implements Health {
  readonly version = VERSION;
  readonly #core: Core;
  #lifecycle: Lifecycle | undefined;

  constructor(core: Core) {
    this.#core = core;
  }

  watch(lifecycle: Lifecycle): void {
    this.#lifecycle = lifecycle;
  }

  get state(): Health['state'] {
    if (this.#lifecycle?.isStopping === true) return 'stopping';
    return this.#core.journal.isFailing ? 'failing' : 'ready';
  }

  get documents(): number {
    return this.#core.rooms.size;
  }

  get sessions(): number {
    return this.#core.sessions.size;
  }
}
