/** `ErrorType` of the gRPC contract (idl/collaboration.proto), by name. */
type ErrorType =
  | 'UNKNOWN_ERROR'
  | 'AUTHENTICATION_ERROR'
  | 'AUTHORIZATION_ERROR'
  | 'DOCUMENT_NOT_FOUND'
  | 'INVALID_UPDATE'
  | 'RATE_LIMIT_EXCEEDED'
  | 'CONNECTION_ERROR';

interface Failure {
  /** `error_code` of the gRPC and JSON contracts; an HTTP status by its values. */
  readonly code: number;
  readonly type: ErrorType;
  /** Status of a unary RPC: https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
  readonly grpcStatus: number;
  /** WebSocket close code where the fault ends the socket. 4400-4499: do not retry; 1013: retry later. */
  readonly closeCode: number;
}

/** The closed catalogue of what can go wrong; each door translates from here, at one place. */
const FAILURES = {
  unauthenticated: { code: 401, type: 'AUTHENTICATION_ERROR', grpcStatus: 16, closeCode: 4401 },
  forbidden: { code: 403, type: 'AUTHORIZATION_ERROR', grpcStatus: 7, closeCode: 4403 },
  'not-found': { code: 404, type: 'DOCUMENT_NOT_FOUND', grpcStatus: 5, closeCode: 4404 },
  /** What is stored of a document cannot be read, or not all of it: it may be read as far as that goes, and not written. */
  damaged: { code: 423, type: 'AUTHORIZATION_ERROR', grpcStatus: 15, closeCode: 4423 },
  'session-exists': { code: 409, type: 'CONNECTION_ERROR', grpcStatus: 6, closeCode: 4409 },
  invalid: { code: 400, type: 'INVALID_UPDATE', grpcStatus: 3, closeCode: 4400 },
  'too-large': { code: 413, type: 'INVALID_UPDATE', grpcStatus: 3, closeCode: 1009 },
  'rate-limited': { code: 429, type: 'RATE_LIMIT_EXCEEDED', grpcStatus: 8, closeCode: 4429 },
  unavailable: { code: 503, type: 'CONNECTION_ERROR', grpcStatus: 14, closeCode: 1013 },
  internal: { code: 500, type: 'UNKNOWN_ERROR', grpcStatus: 13, closeCode: 1011 },
} as const satisfies Record<string, Failure>;

export type FailureKind = keyof typeof FAILURES;

/** The one error class that crosses layers. `message` may be shown to a client; `cause` goes to the log only. */
export class CollaborationError extends Error {
  readonly kind: FailureKind;
  /** Seconds after which another try may do, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(kind: FailureKind, message: string, cause?: unknown, retryAfter?: number) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'CollaborationError';
    this.kind = kind;
    this.retryAfter = retryAfter;
  }

  get failure(): Failure {
    return FAILURES[this.kind];
  }

  /** Any thrown value as a CollaborationError; what is not one already becomes `internal` and hides its message. */
  static from(thrown: unknown): CollaborationError {
    return thrown instanceof CollaborationError
      ? thrown
      : new CollaborationError(
          'internal',
          'Something unforeseen failed in the server; its log has the details.',
          thrown,
        );
  }
}
