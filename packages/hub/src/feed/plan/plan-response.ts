// What an answer does to a question, and what its deadline does. Whatever comes first is the answer, and both are changes
// like that of a state. An answer that finds the deadline passed and not committed yet commits that instead.
import { limits } from '@carillon/protocol';
import { HubError, invalid, notFound } from '../../model/errors.ts';
import {
  answeringActions,
  type Content,
  etagOf,
  type StoredNotification,
  type StoredResponse,
} from '../../model/notification.ts';
import type { Due, Outcomes, RespondWrite } from '../../model/write.ts';
import { checkMatch } from './check-match.ts';
import type { Overlay } from './overlay.ts';
import { isStale, visible } from './target.ts';

export function planRespond(write: RespondWrite, overlay: Overlay, now: number): Outcomes['respond'] {
  const { user, visibility, id, actionId, text, ifMatch } = write;
  const row = visible(overlay, user, visibility, id, now);
  if (!row) throw notFound();
  checkMatch(etagOf(row), ifMatch);
  if (isStale(row, write)) throw replaced(row);
  checkAnswer(row, write);
  const found = settled(row, overlay, now);
  if (found.response !== 'open') {
    return { result: found.response?.actionId === actionId ? 'same' : 'other', notification: found };
  }
  const response: StoredResponse = { actionId, text, at: now, by: 'user' };
  return { result: 'answered', notification: respond(found, response, overlay, now) };
}

/** Whatever was answered before: what can never be an answer is refused as that. */
function checkAnswer(row: StoredNotification, { actionId, text }: RespondWrite): void {
  const content = JSON.parse(row.content) as Content;
  const actions = answeringActions(content);
  const action = actions.find((each) => each.id === actionId);
  if (!action) {
    const names = actions.map((each) => `"${each.id}"`).join(', ');
    const known = names === '' ? 'this notification asks nothing' : `this question takes ${names}`;
    throw invalid(`"${actionId}" is no answer here: ${known}.`, 'actionId');
  }
  const most = action.input?.maxLength ?? limits.replyCharacters;
  if (text !== null && [...text].length > most)
    throw invalid(`"text" must have at most ${most} characters for this action.`, 'text');
}

function replaced({ contentVersion }: StoredNotification): HubError {
  return new HubError(
    'resourceModified',
    `The question was replaced, and its contentVersion is ${contentVersion} now: read it again and decide anew.`,
    { target: 'contentVersion' },
  );
}

/** Whether it was due. */
export function planDeadline({ user, id }: Due, overlay: Overlay, now: number): boolean {
  const row = overlay.notification(user, id);
  if (!row || row.removed !== null) return false;
  return settled(row, overlay, now) !== row;
}

/** The notification, with the answer of its deadline if that has passed. */
export function settled(row: StoredNotification, overlay: Overlay, now: number): StoredNotification {
  if (row.response !== 'open' || row.respondBy === null || row.respondBy > now) return row;
  const { responsePolicy } = JSON.parse(row.content) as Content;
  const actionId = responsePolicy?.defaultActionId ?? null;
  return respond(row, { actionId, text: null, at: now, by: 'deadline' }, overlay, now);
}

function respond(
  row: StoredNotification,
  response: StoredResponse,
  overlay: Overlay,
  now: number,
): StoredNotification {
  const next: StoredNotification = {
    ...row,
    readState: 'read',
    userActionState: response.by === 'user' ? 'activated' : 'dismissed',
    snoozeUntil: null,
    respondBy: null,
    response,
    modified: now,
    changes: row.changes + 1,
  };
  return overlay.change(row, next, 'state');
}
