// Asks the user by createNotification with actions that answer, and waits for the answer by readResponse. A wait that ends
// without one gives the id, by which get_response goes on: the question stays until it is answered, ends or is cancelled.
import { limits } from '@carillon/protocol';
import { responsePostSchema, Type, visualContentSchema } from '@carillon/protocol/schemas';
import { createNotification } from '../../../operations/notifications/create.ts';
import { readResponseOf, responseOutput, waitSeconds } from './get-response.ts';
import { type JsonObject, tool } from './tool.ts';

const { title, body } = visualContentSchema.properties;
const { actionId } = responsePostSchema.properties;
/** Below the minute after which many agent programs give a call up. */
const waitSecondsDefault = 45;
const daySeconds = 86_400;
const timeoutMax = limits.expirationDaysMax * daySeconds;

const action = Type.Object(
  { id: actionId, title: Type.String({ minLength: 1, maxLength: limits.actionTitleCharacters }) },
  { additionalProperties: false },
);

export const askUser = tool({
  name: 'ask_user',
  title: 'Ask the user',
  description:
    "Asks the user a question on every device and waits for one of its actions, such as approve or reject. response.actionId says which; respondedBy 'deadline' means that nobody answered within timeoutSeconds. When isOpen is true nobody has answered yet: call get_response with the id.",
  input: Type.Object(
    {
      title,
      body,
      actions: Type.Array(action, {
        minItems: 1,
        maxItems: limits.actions,
        description: 'the answers to choose from',
      }),
      timeoutSeconds: Type.Optional(
        Type.Integer({ minimum: 1, maximum: timeoutMax, description: 'until when it can be answered' }),
      ),
      defaultActionId: Type.Optional({
        ...actionId,
        description: 'the answer that counts when nobody gave one in time',
      }),
      waitSeconds: waitSeconds(waitSecondsDefault),
    },
    { additionalProperties: false },
  ),
  output: responseOutput,
  hints: { destructiveHint: false },
  async run({ title, body, actions, waitSeconds = waitSecondsDefault, ...more }, hub) {
    const payload = { visualContent: { title, body, actions } };
    const json = { targetHostName: await hub.hostName(), payload, ...deadlineOf(more, hub.now()) };
    const { id } = await hub.call(createNotification, { json });
    return readResponseOf(String(id), waitSeconds, hub);
  },
});

interface Deadline {
  readonly timeoutSeconds?: number;
  readonly defaultActionId?: string;
}

/** A question lives at least as long as it can be answered. */
function deadlineOf({ timeoutSeconds, defaultActionId }: Deadline, now: number): JsonObject {
  if (timeoutSeconds === undefined)
    return defaultActionId === undefined ? {} : { responsePolicy: { defaultActionId } };
  const respondByDateTime = new Date(now + timeoutSeconds * 1000).toISOString();
  const isLong = timeoutSeconds >= limits.expirationDaysDefault * daySeconds;
  return {
    responsePolicy: { respondByDateTime, defaultActionId },
    ...(isLong ? { expirationDateTime: respondByDateTime } : {}),
  };
}
