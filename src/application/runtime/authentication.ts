import { JwtJudge } from '../../infrastructure/auth/jwt/jwt-judge.ts';
import { JwtVerifier } from '../../infrastructure/auth/jwt/jwt-verifier.ts';
import { FixedKeys } from '../../infrastructure/auth/keys/fixed-keys.ts';
import { KeyFile } from '../../infrastructure/auth/keys/key-file.ts';
import type { KeySource } from '../../infrastructure/auth/keys/key-source.ts';
import { publicKeysIn } from '../../infrastructure/auth/keys/public-keys.ts';
import { RemoteKeys } from '../../infrastructure/auth/keys/remote-keys.ts';
import { secretKey, secretsIn } from '../../infrastructure/auth/keys/secrets.ts';
import { OpenAuthenticator } from '../../infrastructure/auth/open/open-authenticator.ts';
import { TokenAuthenticator, type TokenJudge } from '../../infrastructure/auth/shared/token-authenticator.ts';
import { Decisions } from '../../infrastructure/auth/webhook/decisions.ts';
import { Webhook } from '../../infrastructure/auth/webhook/webhook.ts';
import { WebhookJudge } from '../../infrastructure/auth/webhook/webhook-judge.ts';
import type { Authenticator } from '../ports/authenticator.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { KeyName, Settings } from './config/keys.ts';
import { ConfigError } from './config/load-config.ts';

interface Services {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Any of them switches authentication on. */
const PROOFS = [
  'AUTH_SECRET',
  'AUTH_SECRET_FILE',
  'AUTH_PUBLIC_KEY_FILE',
  'AUTH_JWKS_URL',
  'AUTH_WEBHOOK_URL',
] as const;

/** Mean nothing without one of those: whoever sets them thinks that authentication is on. */
const CONDITIONS = ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_WEBHOOK_SECRET'] as const satisfies readonly KeyName[];

export function isAuthenticationOn(settings: Settings): boolean {
  return PROOFS.some((name) => settings[name] !== undefined);
}

/**
 * What the settings say of who may come in; everybody where they say nothing.
 * @throws ConfigError when they contradict one another · Error when a file cannot be used
 */
export async function createAuthenticator(settings: Settings, services: Services): Promise<Authenticator> {
  if (!isAuthenticationOn(settings)) {
    const useless = CONDITIONS.find((name) => settings[name] !== undefined);
    if (useless === undefined) return new OpenAuthenticator();
    throw new ConfigError(`${useless} is set, but authentication is off: set one of ${PROOFS.join(', ')} too.`);
  }
  return new TokenAuthenticator({
    judge: await judgeOf(settings, services),
    anonymous: settings.AUTH_ANONYMOUS,
    maxTokenBytes: settings.MAX_TOKEN_BYTES,
  });
}

async function judgeOf(settings: Settings, services: Services): Promise<TokenJudge> {
  const keys = await keysOf(settings, services);
  const verifier = new JwtVerifier({
    keys,
    clock: services.clock,
    issuer: settings.AUTH_ISSUER,
    audience: settings.AUTH_AUDIENCE,
    clockTolerance: settings.AUTH_CLOCK_TOLERANCE_MS,
    grantsClaim: settings.AUTH_GRANTS_CLAIM,
  });
  const anonymous = settings.AUTH_ANONYMOUS;
  const url = settings.AUTH_WEBHOOK_URL;
  if (url === undefined) return new JwtJudge({ verifier, withoutGrants: settings.AUTH_WITHOUT_GRANTS, anonymous });
  const decisions = decisionsOf(url, settings, services);
  return new WebhookJudge({ decisions, verifier: keys.length === 0 ? undefined : verifier, anonymous });
}

async function keysOf(settings: Settings, { clock, logger }: Services): Promise<readonly KeySource[]> {
  const { AUTH_SECRET, AUTH_SECRET_FILE, AUTH_PUBLIC_KEY_FILE, AUTH_JWKS_URL } = settings;
  const sources: KeySource[] = [];
  if (AUTH_SECRET !== undefined) sources.push(new FixedKeys([secretKey(AUTH_SECRET)]));
  if (AUTH_SECRET_FILE !== undefined) sources.push(await KeyFile.open(AUTH_SECRET_FILE, secretsIn, { clock, logger }));
  if (AUTH_PUBLIC_KEY_FILE !== undefined) {
    sources.push(await KeyFile.open(AUTH_PUBLIC_KEY_FILE, publicKeysIn, { clock, logger }));
  }
  if (AUTH_JWKS_URL !== undefined) {
    sources.push(
      new RemoteKeys({
        url: AUTH_JWKS_URL,
        cooldown: settings.AUTH_JWKS_COOLDOWN_MS,
        maxAge: settings.AUTH_JWKS_MAX_AGE_MS,
        timeout: settings.AUTH_WEBHOOK_TIMEOUT_MS,
        clock,
        logger,
      }),
    );
  }
  return sources;
}

function decisionsOf(url: URL, settings: Settings, { clock, logger }: Services): Decisions {
  const secret = settings.AUTH_WEBHOOK_SECRET;
  const decider = new Webhook({ url, secret, timeout: settings.AUTH_WEBHOOK_TIMEOUT_MS, clock });
  return new Decisions({
    decider,
    keep: settings.AUTH_WEBHOOK_CACHE_MS,
    maxEntries: settings.AUTH_WEBHOOK_CACHE_ENTRIES,
    clock,
    logger,
  });
}
