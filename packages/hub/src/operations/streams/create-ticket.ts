// A ticket for one stream, for a browser that can't set headers on it. The token itself never stands in a URL.
// It carries the X-UNS-ID that it was asked with.
import { limits } from '@carillon/protocol';
import { streamTicketSchema } from '@carillon/protocol/schemas';
import { plain } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const createStreamTicket = operation({
  name: 'createStreamTicket',
  method: 'POST',
  paths: ['/me/notifications/streamTicket'],
  access: 'user',
  summary: 'get a ticket that opens one stream, for `?ticket=` where headers can not be set',
  answer: plain(streamTicketSchema),
  async run({ identity, acting }, { tickets }) {
    const ticket = tickets.issue({ identity, unsId: acting?.unsId ?? null });
    return { outcome: 'ok', body: { ticket, expiresInSeconds: limits.ticketSeconds } };
  },
});
