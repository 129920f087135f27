import type { Awareness } from 'y-protocols/awareness';
import type * as Y from 'yjs';
import type { Random } from './backoff.ts';
import type { Clock } from './clock.ts';
import type { Token } from './dialer.ts';

/** Who edits, as others see it: the field `user` of the awareness state, as editor bindings read it. */
export interface User {
  readonly name: string;
  /** A CSS colour; Tiptap's and CodeMirror's carets want `#rrggbb`. */
  readonly color?: string;
  /** Who it is for the server, for example an e-mail address; by default its name. */
  readonly id?: string;
}

export interface ProviderOptions {
  /** Name of the document: 1 to 256 characters, may hold slashes. */
  readonly document: string;
  readonly doc: Y.Doc;
  /** Proof for the server of who connects; a function is asked before each connection. */
  readonly token?: Token | undefined;
  /** What others see of this client. By default one is made, which ends with the provider. */
  readonly awareness?: Awareness | undefined;
  readonly user?: User | undefined;
  /** Whether to connect at once, as by default, or to wait for `connect()`. */
  readonly connect?: boolean | undefined;
  /** Milliseconds that a wait between two attempts to connect is at most; by default 10,000. */
  readonly maxBackoff?: number | undefined;
  /** Time and chance; tests bring their own. */
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}
