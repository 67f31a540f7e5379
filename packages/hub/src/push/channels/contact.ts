// Whom a push service may write to about the hub's pushes: the subject of its VAPID tokens (RFC 8292, section 2.1), and
// whether Apple takes it.
import { isPublicName } from '../../model/push-address.ts';

/**
 * RFC 8292 wants a mailto: or https: address, and Apple refuses anything else. A hub without https has its postmaster's
 * (RFC 2142), which is true of its host.
 */
export function subjectOf(contact: string): string {
  if (/^(mailto|https):/.test(contact)) return contact;
  return `mailto:postmaster@${URL.parse(contact)?.hostname ?? 'localhost'}`;
}

/** Apple answers 403 BadJwtToken to a subject whose host is not public: a loopback address, `.local`, a private name. */
export function isRefusedByApple(contact: string): boolean {
  const subject = subjectOf(contact);
  const host = subject.startsWith('mailto:')
    ? (subject.split('@').at(-1) ?? '')
    : (URL.parse(subject)?.hostname ?? '');
  return !isPublicName(host);
}
