// The audit of the token endpoint: whose token was issued to which client, and what was refused. A step of each of the
// provider's requests, around all that read or write the answer.
import type { Context } from 'oidc-provider';
import { type AccessAudit, unknownCaller } from '../access-audit.ts';
import { InnerRequest } from './exchange/inner-request.ts';

export async function noteTokens(
  ctx: Context,
  next: () => Promise<void>,
  access: AccessAudit,
): Promise<void> {
  await next();
  const { body, oidc } = ctx;
  if (oidc?.route !== 'token' || typeof body !== 'object' || body === null) return;
  const from = addressOf(ctx);
  const client = oidc.client?.clientId;
  const on = client === undefined ? 'clients' : `clients/${client}`;
  if ('access_token' in body) {
    const who = oidc.entities.Account?.accountId ?? client ?? unknownCaller;
    await access.note({ what: 'tokenIssued', who, from, on });
  } else if ('error' in body) {
    // The client is who it says once it has authenticated.
    const who = body.error === 'invalid_client' ? unknownCaller : (client ?? unknownCaller);
    access.refuse({ what: 'tokenRefused', who, from, on });
  }
}

export function addressOf({ req }: Context): string {
  return req instanceof InnerRequest ? req.socket.remoteAddress : '';
}
