// A committed change as the other nodes hear of it: made once, by the node that commits it, so that the others splice its
// text into their frames.
import type { Told } from '../bus/bus.ts';
import type { Change } from '../model/write.ts';
import { valueJson } from './frame.ts';

export function toldOf(change: Change, now: number): Told {
  const { user, epoch, seq, unread, unreadOfApp, notification } = change;
  const { app } = notification;
  return { user, epoch, seq, app, unread, unreadOfApp, value: valueJson(notification, now) };
}
