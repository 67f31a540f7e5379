// Takes a notification back by deleteNotification: unsent pushes are withdrawn, and every device drops it. What it shows is
// gone for good; dismissing is the user's.
import { Type } from '@carillon/protocol/schemas';
import { deleteNotification } from '../../../operations/notifications/delete.ts';
import { notificationId, tool } from './tool.ts';

export const cancelNotification = tool({
  name: 'cancel_notification',
  title: 'Cancel a notification',
  description:
    'Takes a notification or question back: every device drops it, and a question can no longer be answered.',
  input: Type.Object({ id: notificationId }, { additionalProperties: false }),
  output: Type.Object({ id: Type.String(), cancelled: Type.Boolean() }),
  hints: { destructiveHint: true, idempotentHint: true },
  async run({ id }, hub) {
    await hub.call(deleteNotification, { params: { id } });
    return { id, cancelled: true };
  },
});
