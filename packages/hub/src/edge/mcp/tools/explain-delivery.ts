// Tells what posting a notification again would push to which device, and why not to the others: its content, as
// getNotification answers it, goes through explainNotification. Nothing is posted.
import { notificationPostSchema } from '@carillon/protocol/schemas';
import Type from 'typebox';
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
    return hub.call(explainNotification, { json: postOf(entity) });
  },
});

/** The body that posts it. What is over by now is left out: it can not be posted again. */
function postOf(entity: JsonObject): JsonObject {
  const posted = Object.keys(notificationPostSchema.properties).filter((name) => name in entity);
  const { displayTimeToLive, ...post } = Object.fromEntries(posted.map((name) => [name, entity[name]]));
  return displayTimeToLive === 0 ? post : { ...post, displayTimeToLive };
}
