// How many living notifications the token may see, as bare text (OData 4.01, part 1, section 11.2.10).
// The same number as `@odata.count` of the list.
import { plainText } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';

export const countNotifications = operation({
  name: 'countNotifications',
  method: 'GET',
  paths: ['/me/notifications/$count'],
  access: 'user',
  summary: 'count the history, as text',
  answer: plainText,
  async run({ user, principal }, { read, clock }) {
    const count = await read.count(user.key, principal.visibility, clock.now());
    return { outcome: 'ok', text: String(count) };
  },
});
