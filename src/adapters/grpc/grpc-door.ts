import type { Server } from '@grpc/grpc-js';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import { CollaborationError } from '../../domain/errors.ts';
import { type CollaborateCall, CollaborateStream } from './collaborate-stream.ts';
import { GrpcWireFormat } from './grpc-wire-format.ts';
import { collaborationService, reflected, SERVICE_NAME } from './proto.ts';
import type { GrpcServices } from './services.ts';
import { getActiveUsers, getDocumentState, unary } from './unary.ts';

/** `CollaborationService` (idl/collaboration.proto), with the standard health and reflection services beside it. */
export class GrpcDoor {
  readonly #services: GrpcServices;
  readonly #format = new GrpcWireFormat();
  readonly #health = new HealthImplementation({ '': 'SERVING', [SERVICE_NAME]: 'SERVING' });
  readonly #streams = new Set<CollaborateStream>();
  #state: 'open' | 'closing' = 'open';

  constructor(services: GrpcServices) {
    this.#services = services;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  addTo(server: Server): void {
    server.addService(collaborationService, {
      Collaborate: (call: CollaborateCall) => this.#collaborate(call),
      GetDocumentState: unary(this.#services, getDocumentState),
      GetActiveUsers: unary(this.#services, getActiveUsers),
    });
    this.#health.addToServer(server);
    new ReflectionService(reflected).addToServer(server);
  }

  /** Says that it serves no longer, and ends every stream once its updates are acknowledged. */
  close(): void {
    this.#state = 'closing';
    this.#health.setStatus('', 'NOT_SERVING');
    this.#health.setStatus(SERVICE_NAME, 'NOT_SERVING');
    for (const stream of this.#streams) stream.stop(stopping());
  }

  #collaborate(call: CollaborateCall): void {
    const stream = new CollaborateStream(call, this.#services, this.#format);
    this.#streams.add(stream);
    call.once('close', () => this.#streams.delete(stream));
    if (this.#state === 'closing') stream.stop(stopping());
    else void stream.start();
  }
}

function stopping(): CollaborationError {
  return new CollaborationError('unavailable', 'The server is about to stop; connect again.');
}
