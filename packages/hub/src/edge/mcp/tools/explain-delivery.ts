// Tells what posting a notification again would push to which device, and why not to the others: its content, as
// getNotification answers it, goes through explainNotification. Nothing is posted.
import { notificationPostSchema, Type } from '@carillon/protocol/schemas';
import { explainNotification } from '../../../operations/notifications/explain.ts';
import { getNotification } from '../../../operations/notifications/get.ts';
import { type JsonObject, notificationId, outputOf, tool } from './tool.ts';

export const explainDelivery = tool({
  name: 'explain_delivery',
  title: 'Explain who is pushed a notification',
  description:
    "Tells for each of the user's devices whether this notification is pushed to it, and why or why not. It sends nothing.",
  input: Type.Object({ id: notificationId }, { additionalProperties: false }),
  output: outputOf(explainNotification),
  hints: { readOnlyHint: true },
  async run({ id }, hub) {
    const entity = await hub.call(getNotification, { params: { id } });
    return hub.call(explainNotification, { json: postOf(entity, hub.now()) });
  },
});

/** The body that posts it. What is over by now is left out: it can not be posted again. */
function postOf(entity: JsonObject, now: number): JsonObject {
  const posted = Object.keys(notificationPostSchema.properties).filter((name) => name in entity);
  const { displayTimeToLive, responsePolicy, ...post } = Object.fromEntries(
    posted.map((name) => [name, entity[name]]),
  );
  return {
    ...post,
    ...(displayTimeToLive === 0 ? {} : { displayTimeToLive }),
    ...(isOver(responsePolicy, now) ? {} : { responsePolicy }),
  };
}

function isOver(policy: unknown, now: number): boolean {
  if (typeof policy !== 'object' || policy === null || !('respondByDateTime' in policy)) return false;
  return typeof policy.respondByDateTime === 'string' && Date.parse(policy.respondByDateTime) <= now;
}
