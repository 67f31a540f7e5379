// A committed change as it travels to the other nodes: encoded once, by the node that commits it. The others splice its
// text into their frames.
import type { BusChange } from '../bus/bus.ts';
import type { Change } from '../model/write.ts';
import { valueJson } from './frame.ts';

export function busChangeOf(change: Change, now: number): BusChange {
  const { user, epoch, seq, unread, unreadOfApp, notification } = change;
  const { app } = notification;
  return { user, epoch, seq, app, unread, unreadOfApp, value: valueJson(notification, now) };
}
