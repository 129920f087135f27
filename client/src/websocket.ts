/** What `@yjs-collaboration/client` offers; bundlers leave out what is not imported. */
export type { Clock, Timer } from './core/clock.ts';
export type { Token } from './core/dialer.ts';
export type { ProviderOptions, User } from './core/options.ts';
export type { Provider, ProviderEvents, ProviderStatus } from './core/provider.ts';
export { type ErrorKind, type Outcome, ProviderError } from './core/provider-error.ts';
export type { WebSocketClass } from './websocket/socket.ts';
export { WebSocketProvider, type WebSocketProviderOptions } from './websocket/websocket-provider.ts';
