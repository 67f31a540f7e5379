// Schemas of a person's preferences, as they are set and answered. That a time zone, an app and a device exist is the
// hub's to say.

import { limits } from '../limits.ts';
import { muteSpans, passings } from '../preferences.ts';
import { dateTime, nullable, oneOf, strictObject } from './build.ts';
import { Type } from './type.ts';

const groupName = nullable(Type.String({ maxLength: limits.groupNameCharacters }));
const name = Type.String({ minLength: 1, maxLength: limits.hostNameCharacters });
const subscriptionId = nullable(Type.String({ minLength: 1, maxLength: 256 }));
const timeZone = Type.String({ minLength: 1, maxLength: 64 });
const timeOfDay = Type.String({ pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' });
const passes = Type.Array(oneOf(passings), { maxItems: passings.length });
const hours = { timeZone, startTime: timeOfDay, endTime: timeOfDay };

export const preferencesPatchSchema = strictObject(
  {
    mutes: Type.Optional(
      Type.Array(
        strictObject(
          {
            appId: Type.Optional(name),
            targetHostName: Type.Optional(name),
            groupName: Type.Optional(groupName),
            subscriptionId: Type.Optional(subscriptionId),
            untilDateTime: Type.Optional(nullable(dateTime)),
            lasts: Type.Optional(oneOf(muteSpans)),
            timeZone: Type.Optional(timeZone),
          },
          { odataType: 'notificationMute' },
        ),
        { maxItems: limits.mutesPerUser },
      ),
    ),
    quietHours: Type.Optional(
      nullable(strictObject({ ...hours, passes: Type.Optional(passes) }, { odataType: 'quietHours' })),
    ),
  },
  { odataType: 'notificationPreferences' },
);

/** What the hub answers. */
export const preferencesSchema = strictObject(
  {
    mutes: Type.Array(
      strictObject(
        {
          appId: Type.String(),
          targetHostName: Type.String(),
          groupName,
          subscriptionId,
          untilDateTime: nullable(dateTime),
        },
        { odataType: 'notificationMute' },
      ),
    ),
    quietHours: nullable(strictObject({ ...hours, passes }, { odataType: 'quietHours' })),
  },
  { odataType: 'notificationPreferences' },
);
