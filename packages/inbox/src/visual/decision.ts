// What was decided of a question, in words for a person: in its row, and where an answer that was given here came too late.
// The hub says whether the person or the deadline decided; on which device is not told.
import type { Notification } from '@carillon/protocol';
import type { Localizer } from '../locale/localizer.ts';

export function decisionOf(words: Localizer, item: Notification): string {
  const { actionId = null, respondedBy = 'deadline' } = item.response ?? {};
  if (actionId === null) return words.text('unanswered');
  const action = titleOf(item, actionId);
  return words.text(respondedBy === 'deadline' ? 'answeredByDeadline' : 'answered', { action });
}

/** Why an answer does not count; null: the notification is gone. */
export function lateWords(words: Localizer, item: Notification | null): string {
  if (item === null) return words.text('askedNoMore');
  if (item.response == null) return words.text('askedAnew');
  const { actionId, respondedBy } = item.response;
  if (respondedBy === 'deadline' || actionId === null) return decisionOf(words, item);
  return words.text('answeredElsewhere', { action: titleOf(item, actionId) });
}

function titleOf({ payload }: Notification, actionId: string): string {
  return payload.visualContent?.actions?.find(({ id }) => id === actionId)?.title ?? actionId;
}
