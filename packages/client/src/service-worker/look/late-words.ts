// What was decided of a question, for the person whose answer on this screen came too late. Pure; the words are the app's.
// It is told as what was decided, and not as an error.
import type { Notification } from '@carillon/protocol';
import type { Words } from '../options.ts';

/** Why an answer does not count, for the person who gave it; null: the notification is gone. */
export function lateWords(item: Notification | null, words: Words): string {
  if (item === null) return words.askedNoMore;
  if (item.response == null) return words.askedAnew;
  const { actionId } = item.response;
  if (actionId === null) return words.unanswered;
  const action = item.payload.visualContent?.actions?.find(({ id }) => id === actionId)?.title ?? actionId;
  return words.answeredElsewhere.replace('{action}', () => action);
}
