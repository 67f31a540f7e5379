// Reads what the person has set for all devices: mutes and quiet hours. Where nothing is set, both are empty.
// Its ETag is that of the last change, by whichever device.
import { preferencesSchema } from '@carillon/protocol/schemas';
import { preferencesEtag, readPreferences } from '../../model/preferences/preferences.ts';
import { entity, tagged } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerPreferences } from './preferences.ts';

export const getPreferences = operation({
  name: 'getPreferences',
  method: 'GET',
  paths: ['/me/notificationPreferences'],
  access: 'user',
  summary: 'read what is muted and when it is quiet, with an `ETag`; of one app alone its mutes',
  answer: tagged(entity('notificationPreferences', preferencesSchema)),
  async run({ user, principal }, services) {
    const feed = await services.read.owner(user.key);
    const preferences = readPreferences(feed?.preferences ?? null);
    const body = await answerPreferences(preferences, principal, services);
    return { outcome: 'ok', body, etag: preferencesEtag(feed) };
  },
});
