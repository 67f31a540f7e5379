// What a push service holds for a browser that is away: the accepted messages that still live, where a newer one of the
// same topic took the place of the older (RFC 8030, sections 5.2 and 5.4). Read from what was delivered, so that it also
// tells the truth when a script refused or doubled a message.
import type { Delivered } from '../simulator.ts';

/** The messages that the browser would get if it came back at `now`, having been away all the time. */
export function messagesWaiting(
  delivered: readonly Delivered[],
  { endpoint, now }: { readonly endpoint: string; readonly now: number },
): Delivered[] {
  const waiting = new Map<string | symbol, Delivered>();
  for (const push of delivered) {
    if (push.provider !== 'webpush' || push.address !== endpoint) continue;
    const name = push.headers.topic ?? Symbol('without a topic');
    waiting.delete(name);
    waiting.set(name, push);
  }
  return [...waiting.values()].filter(({ at, headers }) => at + Number(headers.ttl) * 1000 > now);
}
