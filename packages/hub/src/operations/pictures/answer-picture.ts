// What the operations of pictures share: the answer is the picture itself, once the hub has it. A picture that can't be shown is
// answered as one that is not there.
import { HubError } from '../../model/errors.ts';
import type { UserKey } from '../../model/principal.ts';
import type { Picture } from '../../pictures/fetch-picture.ts';
import type { Answer } from '../kernel/answer.ts';
import type { Services } from '../kernel/call.ts';

export function answerPicture(
  url: string | null | undefined,
  user: UserKey,
  { pictures }: Pick<Services, 'pictures'>,
): Answer<never> {
  if (pictures === null || url == null) throw noPicture();
  return {
    outcome: 'ok',
    // A wait: another site answers in its own time, and the caller's other reads go on meanwhile. A picture whose caller has
    // gone is kept for the next one.
    later(settle) {
      settle(pictures.read(url, user).then(answerOf));
      return () => {};
    },
  };
}

function answerOf(picture: Picture | null): Answer<never> {
  if (picture === null) throw noPicture();
  return { outcome: 'ok', picture };
}

function noPicture(): HubError {
  return new HubError(
    'notFound',
    'There is no picture that can be shown: the hub passes on PNG, JPEG, GIF, WebP and AVIF of at most 1 MiB from public https addresses, where its operator turned that on.',
  );
}
