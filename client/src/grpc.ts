/** What `@yjs-collaboration/client/grpc` offers. */
export type { Clock, Timer } from './core/clock.ts';
export type { Token } from './core/dialer.ts';
export type { ProviderOptions, User } from './core/options.ts';
export type { Provider, ProviderEvents, ProviderStatus } from './core/provider.ts';
export { type ErrorKind, type Outcome, ProviderError } from './core/provider-error.ts';
export { GrpcProvider, type GrpcProviderOptions } from './grpc/grpc-provider.ts';
