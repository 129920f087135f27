import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { Entry } from '../../application/admission/admission.ts';
import type { Expiring } from '../../application/connection/expiries.ts';
import type { Principal } from '../../application/ports/authenticator.ts';
import type { Timer } from '../../application/ports/clock.ts';
import { CollaborationError } from '../../domain/errors.ts';
import { Outbox } from '../shared/outbox.ts';
import { originOf } from './call-gate.ts';
import { Conversation } from './conversation.ts';
import { credentialsOf } from './credentials.ts';
import type { GrpcWireFormat } from './grpc-wire-format.ts';
import type { ClientMessage, Undecodable } from './messages.ts';
import { errorMessage } from './server-messages.ts';
import type { GrpcServices } from './services.ts';
import { type CallStatus, OK, statusOf } from './status.ts';
import { StreamPipe } from './stream-pipe.ts';

export type CollaborateCall = ServerDuplexStream<ClientMessage | Undecodable, Uint8Array>;

/** `finishing`: nothing is read any more; the updates that were sent still get their acknowledgements. */
type StreamState =
  | { readonly kind: 'authenticating' }
  | { readonly kind: 'open'; readonly conversation: Conversation; readonly expiring: Expiring }
  | { readonly kind: 'finishing'; readonly deadline: Timer; readonly end: () => void }
  | { readonly kind: 'ended' };

/** One `Collaborate` call, from its metadata to its status. */
export class CollaborateStream {
  readonly #call: CollaborateCall;
  readonly #services: GrpcServices;
  readonly #format: GrpcWireFormat;
  readonly #pipe: StreamPipe;
  readonly #outbox: Outbox;
  #state: StreamState = { kind: 'authenticating' };

  constructor(call: CollaborateCall, services: GrpcServices, format: GrpcWireFormat) {
    this.#call = call;
    this.#services = services;
    this.#format = format;
    this.#pipe = new StreamPipe(call, services.limits, services.clock, () => this.#stuck());
    this.#outbox = new Outbox(this.#pipe, services.limits, services.metrics);
    call.once('close', () => this.#closed());
  }

  /** Reads nothing before it is known who calls. */
  async start(): Promise<void> {
    const { admission, addresses, authenticator } = this.#services;
    const origin = originOf(this.#call, addresses);
    try {
      await admission.request({ address: origin.key });
      if (this.#state.kind !== 'authenticating') return;
      const entry = admission.enter(origin.key);
      this.#call.once('close', () => admission.leave(entry));
      const principal = await authenticator.authenticate(credentialsOf(this.#call, origin.address));
      if (this.#state.kind === 'authenticating') this.#open(principal, entry);
    } catch (thrown) {
      const error = CollaborationError.from(thrown);
      if (error.kind === 'internal')
        this.#services.logger.error({ err: thrown }, 'An authentication failed unforeseen');
      this.#services.metrics.refused(error.kind);
      this.#endWith(error);
    }
  }

  /** The server is about to stop. */
  stop(error: CollaborationError): void {
    switch (this.#state.kind) {
      case 'authenticating':
        this.#endWith(error);
        return;
      case 'open':
        this.#finish(this.#state.conversation, () => this.#endWith(error));
        return;
      case 'finishing':
      case 'ended':
        return;
    }
  }

  #open(principal: Principal, { address }: Entry): void {
    const listener = {
      settled: () => this.#settled(),
      unauthenticated: (error: CollaborationError) => this.stop(error),
    };
    const conversation = new Conversation(this.#services, this.#format, this.#outbox, { principal, address }, listener);
    const expiring = { principal, expire: (error: CollaborationError) => this.#expire(error) };
    this.#state = { kind: 'open', conversation, expiring };
    this.#services.expiries.watch(expiring);
    this.#call.on('data', (message: ClientMessage | Undecodable) => this.#receive(conversation, message));
    this.#call.on('end', () => this.#finish(conversation, () => this.#end(OK)));
  }

  /** Stops reading while a message is under way, or the client does not read its answers. */
  #receive(conversation: Conversation, message: ClientMessage | Undecodable): void {
    if (this.#state.kind !== 'open') return;
    const busy = conversation.receive(message);
    if (busy === undefined && this.#outbox.congestion !== 'full') return;
    this.#call.pause();
    void this.#resumeAfter(busy);
  }

  async #resumeAfter(busy: Promise<void> | undefined): Promise<void> {
    await busy;
    if (this.#outbox.congestion === 'full') {
      await new Promise<void>((resolve) => this.#outbox.whenDrained(resolve));
    }
    if (this.#state.kind === 'open') this.#call.resume();
  }

  #finish(conversation: Conversation, end: () => void): void {
    if (this.#state.kind !== 'open') return;
    this.#services.expiries.forget(this.#state.expiring);
    this.#call.pause();
    const deadline = this.#services.clock.after(this.#services.limits.outboxTimeout, end);
    this.#state = { kind: 'finishing', deadline, end };
    conversation.close();
    if (conversation.isSettled) end();
  }

  /** What was sent in time still gets its acknowledgement. */
  #expire(error: CollaborationError): void {
    this.#services.metrics.refused(error.kind);
    this.stop(error);
  }

  #settled(): void {
    if (this.#state.kind === 'finishing') this.#state.end();
  }

  /** The client has read nothing for too long; what waits for it would only grow. */
  #stuck(): void {
    const error = new CollaborationError('unavailable', 'The client does not keep up; connect again.');
    this.#services.metrics.refused('slow-consumer');
    this.#services.metrics.limitReached('OUTBOX_TIMEOUT_MS');
    this.#pipe.close();
    this.#end(statusOf(error));
  }

  #endWith(error: CollaborationError): void {
    this.#outbox.writeOne(errorMessage('', error, this.#services.clock.now()));
    this.#end(statusOf(error));
  }

  #end(status: CallStatus): void {
    if (this.#state.kind === 'ended') return;
    this.#release();
    this.#pipe.finish();
    // This is how grpc-js takes a status other than OK: its own listener ends the call, once all is written.
    if (status.code === OK.code) this.#call.end();
    else this.#call.emit('error', Object.assign(new Error(status.details), status));
  }

  #closed(): void {
    this.#release();
    this.#pipe.close();
  }

  /** Lets go of the sessions. */
  #release(): void {
    const state = this.#state;
    this.#state = { kind: 'ended' };
    if (state.kind === 'open') {
      this.#services.expiries.forget(state.expiring);
      state.conversation.close();
    }
    if (state.kind === 'finishing') state.deadline.stop();
  }
}
