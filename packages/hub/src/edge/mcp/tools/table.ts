// All tools on one screen, in the order in which they are listed. A new one is its file and a line here; the list that
// clients get, its schemas and docs/agents.md follow this order.
import { askUser } from './ask-user.ts';
import { cancelNotification } from './cancel-notification.ts';
import { deliveryTimeline } from './delivery-timeline.ts';
import { explainDelivery } from './explain-delivery.ts';
import { getResponse } from './get-response.ts';
import { listNotificationsTool } from './list-notifications.ts';
import { sendNotification } from './send-notification.ts';
import type { Tool } from './tool.ts';

export const toolTable: readonly Tool[] = [
  sendNotification,
  askUser,
  getResponse,
  listNotificationsTool,
  explainDelivery,
  deliveryTimeline,
  cancelNotification,
];
