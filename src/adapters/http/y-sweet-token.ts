import type { FastifyRequest } from 'fastify';
import type { Principal } from '../../application/ports/authenticator.ts';
import type { GrantedAccess } from '../../application/use-cases/check-access.ts';
import { CollaborationError } from '../../domain/errors.ts';
import type { DocumentId } from '../../domain/value-objects/document-id.ts';
import { publicUrlOf } from './public-url.ts';
import { principalOf, type RouteServices, tokenOf } from './route-services.ts';

/** What a y-sweet client is told to connect with (`ClientToken` in y-sweet/js-pkg/sdk/src/types.ts). */
export interface ClientToken {
  /** The client adds `/<docId>` to it. */
  readonly url: string;
  readonly baseUrl: string;
  readonly docId: string;
  readonly token?: string;
  readonly authorization: 'full' | 'read-only';
}

/** What a client asks for (`AuthDocRequest`, in the same file); `userId` is not looked at: who asks says who it is. */
export interface Wish {
  readonly authorization?: unknown;
  readonly validForSeconds?: unknown;
}

const HOUR = 3_600_000;

/** @throws CollaborationError as `principalOf` and `checkAccess` · `forbidden` */
export async function clientTokenFor(
  services: RouteServices,
  request: FastifyRequest,
  documentId: DocumentId,
  wish: Wish,
): Promise<ClientToken> {
  const principal = await principalOf(services, request);
  const allowed = await services.collaboration.accessTo(principal, documentId);
  const access = wish.authorization === 'read-only' ? 'read' : allowed;
  const token = await tokenFor(services, request, {
    principal,
    documentId,
    allowed,
    access,
    lifetime: lifetimeOf(wish),
  });
  const base = publicUrlOf(request, services.publicUrl);
  const path = `/d/${encodeURIComponent(documentId.value)}`;
  return {
    url: `${base.replace(/^http/, 'ws')}${path}/ws`,
    baseUrl: `${base}${path}`,
    docId: documentId.value,
    ...(token === undefined ? {} : { token }),
    authorization: access === 'write' ? 'full' : 'read-only',
  };
}

interface Asked {
  readonly principal: Principal;
  readonly documentId: DocumentId;
  readonly allowed: GrantedAccess;
  readonly access: GrantedAccess;
  /** Milliseconds. */
  readonly lifetime: number;
}

/** One that opens this document alone; or the one that came, which then must not be able to do more than was asked for. */
async function tokenFor(
  { tokenIssuer }: RouteServices,
  request: FastifyRequest,
  { principal, documentId, allowed, access, lifetime }: Asked,
): Promise<string | undefined> {
  const own = tokenOf(request);
  if (own === undefined) return undefined;
  if (tokenIssuer === undefined) {
    if (allowed === access) return own;
    throw new CollaborationError(
      'forbidden',
      'This server cannot make a token that may less than the one it was shown.',
    );
  }
  const { subject = 'anonymous', name, color, expiresAt } = principal;
  return tokenIssuer.issue({ subject, name, color, documentId, access, lifetime, until: expiresAt });
}

function lifetimeOf({ validForSeconds }: Wish): number {
  const isGiven = typeof validForSeconds === 'number' && validForSeconds > 0;
  return isGiven ? Math.min(Math.max(validForSeconds, 1) * 1000, 24 * HOUR) : HOUR;
}
