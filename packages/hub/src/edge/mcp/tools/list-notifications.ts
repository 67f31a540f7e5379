// Reads the newest notifications of the caller's app by listNotifications. The arguments are options of that operation, by
// the names that an agent program takes: without `$`.
import { Type } from '@carillon/protocol/schemas';
import { listNotifications } from '../../../operations/notifications/list.ts';
import { outputOf, tool } from './tool.ts';

const { $top } = listNotifications.query ?? {};

export const listNotificationsTool = tool({
  name: 'list_notifications',
  title: 'List notifications',
  description:
    "Lists this app's notifications for the user, newest first, with what the user did with each (readState, userActionState).",
  input: Type.Object(
    {
      top: Type.Optional(Type.Integer({ ...$top?.schema, description: 'how many' })),
      filter: Type.Optional(
        Type.String({ minLength: 1, description: "an OData filter, such as readState eq 'unread'" }),
      ),
    },
    { additionalProperties: false },
  ),
  output: outputOf(listNotifications),
  hints: { readOnlyHint: true },
  run({ top, filter }, hub) {
    const query = {
      ...(top === undefined ? {} : { $top: String(top) }),
      ...(filter === undefined ? {} : { $filter: filter }),
    };
    return hub.call(listNotifications, { query });
  },
});
