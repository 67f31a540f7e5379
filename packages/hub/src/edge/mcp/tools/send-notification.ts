// Posts a notification by createNotification. The arguments are members of that operation's body, by their own schemas; the
// host name is the app's, since an agent does not choose in whose name it sends.
import {
  notificationPostSchema,
  notificationSchema,
  Type,
  visualContentSchema,
} from '@carillon/protocol/schemas';
import { createNotification } from '../../../operations/notifications/create.ts';
import { tool } from './tool.ts';

const { title, body, url } = visualContentSchema.properties;
const { groupName, priority, appNotificationId } = notificationPostSchema.properties;

export const sendNotification = tool({
  name: 'send_notification',
  title: 'Send a notification',
  description:
    'Shows a notification on every device of the user. url is where opening it leads. Sending again with the same appNotificationId replaces what is shown. To get an answer, use ask_user.',
  input: Type.Object(
    { title, body, url, groupName, priority, appNotificationId },
    { additionalProperties: false },
  ),
  output: notificationSchema,
  hints: { destructiveHint: false },
  async run(given, hub) {
    const { title, body, url, ...members } = given;
    const payload = { visualContent: { title, body, url } };
    return hub.call(createNotification, {
      json: { targetHostName: await hub.hostName(), payload, ...members },
    });
  },
});
