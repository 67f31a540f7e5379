// A ticket opens one stream, once, within a minute: for browsers, which can't set headers there.
// The other half is auth/tickets, which spends it when the stream is opened.
import { limits } from '@carillon/protocol';
import type { Answer, Call, Services } from '../kernel/call.ts';

export async function createStreamTicket({ identity, acting }: Call, { tickets }: Services): Promise<Answer> {
  const ticket = tickets.issue({ identity, unsId: acting?.unsId ?? null });
  return { outcome: 'ok', body: { ticket, expiresInSeconds: limits.ticketSeconds } };
}
