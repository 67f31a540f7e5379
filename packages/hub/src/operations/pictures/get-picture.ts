// A picture of a notification through the hub, so that its site does not see who looks. The hub asks for what is stored with a
// notification that the token may see, and for no other address.
import type { VisualContent } from '@carillon/protocol';
import { isUuid } from '../../lib/ids.ts';
import { notFound } from '../../model/errors.ts';
import { isAlive } from '../../model/notification.ts';
import { pictureBody } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerPicture } from './answer-picture.ts';

export const getPicture = operation({
  name: 'getPicture',
  method: 'GET',
  paths: ['/me/notifications/{id}/pictures/{member}'],
  access: 'user',
  summary: 'the picture that `imageUrl` or `iconUrl` names, through the hub (`--inbox-proxy-pictures`)',
  answer: pictureBody,
  waits: () => true,
  async run({ params: { id, member }, user, principal: { visibility } }, services) {
    if (!isUuid(id) || (member !== 'imageUrl' && member !== 'iconUrl')) throw notFound();
    const row = await services.read.notification(user.key, id.toLowerCase());
    const isVisible =
      row && isAlive(row, services.clock.now()) && (visibility === null || visibility === row.app);
    if (!isVisible) throw notFound();
    const { payload }: { readonly payload: { readonly visualContent?: VisualContent | null } } = JSON.parse(
      row.content,
    );
    return answerPicture(payload.visualContent?.[member], user.key, services);
  },
});
