// An answer of WNS with its documented response headers, for all that provider.ts has to say. WNS answers
// without bodies: what went wrong stands in X-WNS-Error-Description, what became of a notification in X-WNS-Status.
import { randomBytes } from 'node:crypto';
import type { GivenAnswer, ReceivedRequest } from '../simulator.ts';

export interface Said {
  readonly status: number;
  /** X-WNS-Error-Description; null: none. */
  readonly description: string | null;
  /** Accepted, but not for the device. */
  readonly dropped?: boolean;
  readonly retryAfterSeconds?: number | null;
  /** Told when the request asks for it. */
  readonly connection?: string;
}

/** Without a request (null) there is nothing to repeat from it. */
export function answerOf(request: ReceivedRequest | null, said: Said): GivenAnswer {
  const state = stateOf(said);
  const wantsStatus = request?.headers['x-wns-requestforstatus'] === 'true';
  return {
    status: said.status,
    headers: {
      'x-wns-status': state,
      'x-wns-notificationstatus': state,
      'x-wns-msg-id': randomBytes(8).toString('hex').toUpperCase(),
      'x-wns-debug-trace': 'SIMULATOR',
      'ms-cv': request?.headers['ms-cv'] ?? `${randomBytes(16).toString('base64').slice(0, 22)}.0`,
      ...(said.description === null ? {} : { 'x-wns-error-description': said.description }),
      ...(said.connection && wantsStatus ? { 'x-wns-deviceconnectionstatus': said.connection } : {}),
      ...(said.retryAfterSeconds ? { 'retry-after': String(said.retryAfterSeconds) } : {}),
      ...(said.status === 401 ? { 'www-authenticate': challenge(said.description) } : {}),
      ...(said.status === 405 ? { allow: 'POST' } : {}),
    },
  };
}

function stateOf({ status, dropped = false }: Said): 'received' | 'dropped' | 'channelthrottled' {
  if (status === 406) return 'channelthrottled';
  return status < 300 && !dropped ? 'received' : 'dropped';
}

function challenge(description: string | null): string {
  return `Bearer error="invalid_token", error_description="${description ?? 'Token invalid'}"`;
}
