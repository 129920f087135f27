import { z } from 'zod';
import { ACCESSES } from '../../ports/authenticator.ts';
import {
  address,
  flag,
  integer,
  networks,
  origins,
  redisUrl,
  secret,
  storeUrl,
  text,
  userId,
  webUrl,
} from './values.ts';

/** One configuration key: an environment variable, and the same name in the YAML file. */
interface Key<Schema extends z.ZodType> {
  readonly schema: Schema;
  readonly fallback: string;
  /** What is allowed, for the error and the help. */
  readonly allowed: string;
  readonly about: string;
  /** Whether a value may be shown where it is wrong. */
  readonly value: 'public' | 'secret';
}

function key<Schema extends z.ZodType>(
  schema: Schema,
  fallback: string,
  allowed: string,
  about: string,
  value: Key<Schema>['value'] = 'public',
): Key<Schema> {
  return { schema, fallback, allowed, about, value };
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const MIB = 1024 * 1024;

const count = (fallback: number, about: string) =>
  key(integer(1, 1_000_000_000), String(fallback), 'a whole number from 1 to 1000000000', about);

const bytes = (fallback: number, about: string) =>
  key(integer(1024, 1024 * MIB), String(fallback), 'bytes, a whole number from 1024 to 1073741824', about);

const milliseconds = (fallback: number, about: string, least = 1) =>
  key(integer(least, DAY), String(fallback), `milliseconds, a whole number from ${least} to ${DAY}`, about);

const ADDRESS = 'host:port, such as 127.0.0.1:8080 or [::]:8080';
const FILE = 'a file, or empty';
const WEB_URL = 'an http or https URL, or empty';
const SECRET = 'text of 32 bytes or more, or empty';
const LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const TRUTH = 'true or false';

/** Every key there is, with its default. The README's table is tested against it. */
export const KEYS = {
  HTTP_ADDR: key(address, '[::]:8080', ADDRESS, 'where HTTP and WebSockets are served'),
  GRPC_ADDR: key(address, '[::]:8081', ADDRESS, 'where gRPC is served'),
  ENABLE_HTTP: key(flag, 'true', TRUTH, 'whether HTTP and WebSockets are served'),
  ENABLE_GRPC: key(flag, 'true', TRUTH, 'whether gRPC is served'),
  PUBLIC_URL: key(
    webUrl,
    '',
    WEB_URL,
    'where clients reach HTTP_ADDR, for the URLs that y-sweet clients are given; empty: as the request has it',
  ),
  LOG_LEVEL: key(z.enum(LEVELS), 'info', LEVELS.join(', '), 'the least level that is logged'),
  TRACE_USER: key(userId, '', 'a user id, or empty', 'logs every event of this user at level info'),
  AUTH_SECRET: key(secret, '', SECRET, 'the secret that signs tokens with HS256, HS384 or HS512', 'secret'),
  AUTH_SECRET_FILE: key(text, '', FILE, 'a file with such secrets, one a line; read again when it changes'),
  AUTH_PUBLIC_KEY_FILE: key(
    text,
    '',
    FILE,
    'a PEM file with the public keys of those who sign tokens; read again when it changes',
  ),
  AUTH_JWKS_URL: key(webUrl, '', WEB_URL, 'where the public keys of those who sign tokens are, as a JSON Web Key Set'),
  AUTH_JWKS_MAX_AGE_MS: milliseconds(10 * MINUTE, 'how long such keys are used before they are asked for again'),
  AUTH_JWKS_COOLDOWN_MS: milliseconds(
    30_000,
    'the least time between two requests for them that tokens with unknown keys cause',
  ),
  AUTH_ISSUER: key(text, '', 'text, or empty (not checked)', 'what the claim iss of a token must be'),
  AUTH_AUDIENCE: key(text, '', 'text, or empty (not checked)', 'what the claim aud of a token must be or hold'),
  AUTH_CLOCK_TOLERANCE_MS: key(
    integer(0, 300_000),
    '5000',
    'milliseconds, a whole number from 0 to 300000',
    'how far the clocks of those who sign tokens may be off',
  ),
  AUTH_GRANTS_CLAIM: key(
    z.string().trim().min(1),
    'grants',
    'the name of a claim',
    'the claim that lists which documents a token opens',
  ),
  AUTH_WITHOUT_GRANTS: key(
    z.enum(ACCESSES),
    'none',
    ACCESSES.join(', '),
    'what a token without that claim may do with every document',
  ),
  AUTH_ANONYMOUS: key(
    z.enum(ACCESSES),
    'none',
    ACCESSES.join(', '),
    'what those without a token may do with every document, where authentication is on',
  ),
  AUTH_WEBHOOK_URL: key(
    webUrl,
    '',
    WEB_URL,
    'what is asked who may do what with which document, instead of the grants',
  ),
  AUTH_WEBHOOK_SECRET: key(secret, '', SECRET, 'the secret that signs what the webhook is sent', 'secret'),
  AUTH_WEBHOOK_TIMEOUT_MS: milliseconds(
    5_000,
    'how long the webhook, or the server of the key set, may take to answer',
  ),
  AUTH_WEBHOOK_CACHE_MS: key(
    integer(0, DAY),
    '10000',
    `milliseconds, a whole number from 0 to ${DAY}`,
    'how long an answer of the webhook is kept',
  ),
  AUTH_WEBHOOK_CACHE_ENTRIES: count(10_000, 'answers of the webhook that are kept'),
  AUTH_TIMEOUT_MS: milliseconds(10_000, 'how long a socket may take to show its token, where a message brings it'),
  MAX_TOKEN_BYTES: key(
    integer(64, 65_536),
    '8192',
    'bytes, a whole number from 64 to 65536',
    'one token; where it comes in a header, all headers together have at most 16 KiB',
  ),
  DATA_DIR: key(z.string().trim().min(1), './data', 'a folder', 'the folder of the embedded store; made where missing'),
  STORE_URL: key(
    storeUrl,
    '',
    'empty (the embedded store in DATA_DIR), memory: (nothing survives a restart), or the URL of a database: mysql://, postgres://, postgresql:// or mongodb://user:password@host:port/database, or mongodb+srv://user:password@host/database',
    'where documents are stored',
    'secret',
  ),
  STORE_POOL_SIZE: key(
    integer(1, 1_000),
    '10',
    'a whole number from 1 to 1000',
    'connections to the database for reads, and as many again for writes, at most',
  ),
  STORE_TIMEOUT_MS: milliseconds(10_000, 'how long a connection to the database, or one statement, may take', 100),
  STORE_TABLE_PREFIX: key(
    z.string().regex(/^[a-z][a-z0-9_]{0,29}$/),
    'collaboration_',
    'up to 30 of a-z, 0-9 and _, the first a letter',
    'what the names of the tables or collections in the database start with',
  ),
  STORE_DURABILITY: key(
    z.enum(['disk', 'database']),
    'disk',
    'disk, database',
    'disk: an SQL database that answers before everything is on disk is refused; database: what it is set to is accepted, with a warning',
  ),
  CACHE_MEMORY_BYTES: key(
    integer(0, 64 * 1024 * MIB),
    String(64 * MIB),
    `bytes, a whole number from 0 to ${64 * 1024 * MIB}`,
    'documents of a database that are kept in memory; 0: none',
  ),
  CACHE_REDIS_TTL_MS: key(
    integer(0, 30 * DAY),
    String(DAY / 24),
    `milliseconds, a whole number from 0 to ${30 * DAY}`,
    'how long a document of a database is kept in the Redis of REDIS_URL; 0: not at all',
  ),
  REDIS_URL: key(
    redisUrl,
    '',
    'empty (this node counts for itself) or a redis:// or rediss:// URL',
    'the Redis in which nodes cache documents, and count together what users and addresses do; the server runs without it too',
  ),
  TRUSTED_PROXIES: key(
    networks,
    '',
    'addresses and networks such as 10.0.0.0/8, with commas between them, or empty',
    'proxies whose X-Forwarded-For is believed; their own address is not limited',
  ),
  ALLOWED_ORIGINS: key(
    origins,
    '',
    'empty or * (any), or origins such as https://app.example.org and https://*.example.org, with commas between them',
    'web pages that may connect; programs that send no Origin always may',
  ),
  COMMIT_WINDOW_MS: key(
    integer(0, 1000),
    '20',
    'milliseconds, a whole number from 0 to 1000',
    'under load, the least time between two commits; a lone update is committed at once',
  ),
  DELIVERY_WINDOW_MS: key(
    integer(0, 1000),
    '3',
    'milliseconds, a whole number from 0 to 1000',
    'in a document with 32 sessions or more, how long an update may wait for the next one to go out with it; a lone one does not wait',
  ),
  STORE_RETRY_MS: milliseconds(30_000, 'how long a failing store is tried again before clients are told to come back'),
  STORE_RETRY_BYTES: bytes(64 * MIB, 'updates that may wait for a failing store'),
  COMPACT_DOCUMENTS: key(
    z.enum(['on', 'off']),
    'on',
    'on, off',
    'whether updates are folded into snapshots, which drops what was deleted; off keeps every update for ever',
  ),
  COMPACT_AFTER_UPDATES: count(20_000, 'updates behind a snapshot past which a new one is made'),
  COMPACT_IDLE_AFTER_UPDATES: count(100, 'the same when a document is let go of, which costs nobody time'),
  COMPACT_AFTER_BYTES: bytes(MIB, 'bytes of updates behind a snapshot past which a new one is made'),
  COMPACT_INLINE_BYTES: key(
    integer(0, 1024 * MIB),
    String(MIB),
    'bytes, a whole number from 0 to 1073741824',
    'up to so many bytes of snapshot and updates, an open document is folded without another thread',
  ),
  ROOM_IDLE_MS: milliseconds(30_000, 'how long a document that nobody is in stays in memory'),
  RELEASE_UNREAD_MS: milliseconds(
    10_000,
    'how long an open document that is not edited keeps its content in memory when nobody reads it',
  ),
  RELEASE_UNEDITED_MS: milliseconds(2 * MINUTE, 'the same for one that was edited, after the last edit or reading'),
  SESSION_TIMEOUT_MS: milliseconds(
    5 * MINUTE,
    'silence after which a session expires; half of it shows it offline',
    100,
  ),
  PING_INTERVAL_MS: milliseconds(20_000, 'between two pings; a peer that is silent for two of them is dead', 10),
  SHUTDOWN_TIMEOUT_MS: milliseconds(10_000, 'how long clients may take to go when the server stops'),
  MAX_MESSAGE_BYTES: bytes(48 * MIB, 'one update or state vector'),
  MAX_STATE_VECTOR_ENTRIES: count(200_000, 'entries of a state vector that a client sends'),
  MAX_SESSIONS_PER_CONNECTION: count(1_000, 'documents open on one connection'),
  MAX_AWARENESS_BYTES: bytes(64 * 1024, 'one awareness state'),
  MAX_AWARENESS_STATES: count(100, 'awareness states that one session shows'),
  MAX_AWARENESS_ENTRIES: count(10_000, 'awareness states in one message'),
  MAX_GAP_UPDATES: count(1_000, 'updates of a document that wait for missing ones'),
  MAX_GAP_BYTES: bytes(8 * MIB, 'bytes of updates of a document that wait for missing ones'),
  GAP_TIMEOUT_MS: milliseconds(15_000, 'how long an update waits for missing ones'),
  MAX_OUTBOX_BYTES: bytes(8 * MIB, 'unsent bytes of a connection past which it is brought up to date later'),
  OUTBOX_TIMEOUT_MS: milliseconds(MINUTE, 'how long a connection may not drain before it is closed'),
  MAX_STATELESS_BYTES: bytes(64 * 1024, 'one stateless message'),
  MAX_WAITING_DOCUMENTS: count(100, 'documents of a Hocuspocus socket that wait for their token'),
  MAX_WAITING_MESSAGES: count(1_000, 'messages of a Hocuspocus socket for documents that are not open yet'),
  MAX_WAITING_BYTES: bytes(5 * MIB, 'bytes of such messages'),
  MAX_INVALID_MESSAGES: count(1_000, 'faulty messages of a connection before it is closed'),
  MAX_DOCUMENT_BYTES: bytes(128 * MIB, 'one document; what would take it past that is refused, deleting goes on'),
  MAX_VACANT_DOCUMENTS: count(1_000, 'documents that are kept in memory though nobody is in them'),
  AWARENESS_RATE: count(50, 'awareness messages of a session in a second, past which only its newest state counts'),
  RATE_WINDOW_MS: milliseconds(10_000, 'the time that the rates below are of; whole seconds', 1_000),
  RATE_CONNECTION: count(
    500_000,
    'points of a connection past which it is read slowly; a message is one, and each KiB',
  ),
  RATE_USER: count(1_000_000, 'the same for all connections of a user'),
  RATE_ADDRESS: count(5_000_000, 'the same for all connections of an address'),
  RATE_HARD_FACTOR: count(10, 'times as many points past which messages are refused'),
  RATE_USER_REQUESTS: count(5_000, 'handshakes, joins and requests of a user past which they are refused'),
  RATE_ADDRESS_REQUESTS: count(20_000, 'the same for an address'),
  MAX_CONNECTIONS: count(100_000, 'WebSockets and gRPC streams'),
  MAX_CONNECTIONS_PER_ADDRESS: count(10_000, 'WebSockets and gRPC streams of one address'),
  HANDSHAKE_TIMEOUT_MS: milliseconds(
    10_000,
    "how long a request's headers may take to come, and its authentication",
    10,
  ),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, 'how long a whole HTTP request may take to come', 10),
  MAX_HEADER_BYTES: bytes(16 * 1024, 'the headers of an HTTP request'),
  MAX_URL_LENGTH: count(16_384, 'characters of the URL of an HTTP request or WebSocket'),
  MAX_NAME_LENGTH: count(256, 'characters of a user name or colour'),
  MAX_METADATA_ENTRIES: count(64, 'entries of user_metadata'),
  MAX_METADATA_LENGTH: count(8_192, 'characters of user_metadata, keys and values together'),
} as const;

export type KeyName = keyof typeof KEYS;

export type Settings = { readonly [Name in KeyName]: z.output<(typeof KEYS)[Name]['schema']> };

type Shape = { [Name in KeyName]: (typeof KEYS)[Name]['schema'] };

/** All keys, validated whole. */
export const SETTINGS: z.ZodType<Settings> = z.object(
  Object.fromEntries(Object.entries(KEYS).map(([name, { schema }]) => [name, schema])) as Shape,
) as unknown as z.ZodType<Settings>;
