// What an app says of a question beside its actions: until when it may be answered, and what counts when nobody does.
// Read with the body of a create, and answered in one spelling.
import type { NotificationPost } from '@carillon/protocol';
import { formatDateTime, parseDateTime } from '../../model/date-time.ts';
import { invalid } from '../../model/errors.ts';
import { answeringActions, type Content } from '../../model/notification.ts';

export interface ReadPolicy {
  readonly respondBy: number | null;
  /** As it is stored and answered. */
  readonly answered: NonNullable<Content['responsePolicy']> | null;
}

/** Null where nothing is asked. */
export function readPolicy(
  post: Pick<NotificationPost, 'payload' | 'fallbackPolicy' | 'responsePolicy'>,
  expires: number,
): ReadPolicy | null {
  const { responsePolicy } = post;
  const actions = answeringActions(post);
  if (actions.length === 0) {
    if (responsePolicy == null) return null;
    throw invalid(
      'responsePolicy goes only with a question: visualContent.actions needs one without a url.',
      'responsePolicy',
    );
  }
  if (responsePolicy == null) return { respondBy: null, answered: null };
  const { respondByDateTime, defaultActionId = null } = responsePolicy;
  if (defaultActionId !== null && !actions.some(({ id }) => id === defaultActionId)) {
    const names = actions.map(({ id }) => `"${id}"`).join(', ');
    const target = 'responsePolicy.defaultActionId';
    throw invalid(`"${target}" must be an action without a url: ${names}.`, target);
  }
  const respondBy = respondByDateTime == null ? null : readDeadline(respondByDateTime, expires);
  return {
    respondBy,
    answered: { respondByDateTime: respondBy === null ? null : formatDateTime(respondBy), defaultActionId },
  };
}

/** Whether it is over is not asked here: the same body once more is no new question. */
function readDeadline(text: string, expires: number): number {
  const target = 'responsePolicy.respondByDateTime';
  const respondBy = parseDateTime(text);
  if (respondBy === null) {
    throw invalid(`"${target}" must be an RFC 3339 date and time such as 2030-01-31T12:00:00Z.`, target);
  }
  if (respondBy <= expires) return respondBy;
  throw invalid(`"${target}" must not be later than the expirationDateTime of the notification.`, target);
}
