// Reads what became of a notification on each device, by listDeliveries: how far each push came, and what the device said
// of it. A sender sees the devices of its own app.
import { Type } from '@carillon/protocol/schemas';
import { listDeliveries } from '../../../operations/deliveries/list.ts';
import { notificationId, outputOf, tool } from './tool.ts';

export const deliveryTimeline = tool({
  name: 'delivery_timeline',
  title: 'See what became of a notification',
  description:
    'Tells for each device how far a notification came: planned, sent, what the push service answered, fetched, shown, acted on, each with its time.',
  input: Type.Object({ id: notificationId }, { additionalProperties: false }),
  output: outputOf(listDeliveries),
  hints: { readOnlyHint: true },
  run: ({ id }, hub) => hub.call(listDeliveries, { params: { id } }),
});
