// Schemas of what operators look into: what a search finds, the timeline of a notification, nodes and numbers. Content is
// in none of them but where the summary of an operation says so.

import { platformTypes } from '../notification.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';
import { Type } from './type.ts';

const person = strictObject({ id: Type.String(), name: Type.String() });

/** `link`: where the admin API goes on. Of a subscription, `id` distinguishes it and grants nothing. */
export const foundSchema = strictObject({
  '@odata.type': oneOf(['#carillon.user', '#carillon.notification', '#carillon.subscription']),
  type: oneOf(['user', 'notification', 'subscription']),
  id: Type.String(),
  link: Type.String(),
  name: Type.Optional(Type.String()),
  user: Type.Optional(nullable(person)),
  appId: Type.Optional(Type.String()),
  appNotificationId: Type.Optional(nullable(Type.String())),
  displayName: Type.Optional(nullable(Type.String())),
  platformType: Type.Optional(oneOf(platformTypes)),
  createdDateTime: Type.Optional(dateTime),
  removed: Type.Optional(Type.Boolean()),
});
