// Sets mutes and quiet hours of the person, for all devices. What is left out stays; a list of mutes takes the place of
// all that the token sees, so that `If-Match` keeps a change of another device from being undone.
import { preferencesPatchSchema, preferencesSchema } from '@carillon/protocol/schemas';
import { denied } from '../../model/errors.ts';
import { entity } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';
import { answerPreferences, readMutes, readQuietHours } from './preferences.ts';

export const updatePreferences = operation({
  name: 'updatePreferences',
  method: 'PATCH',
  paths: ['/me/notificationPreferences'],
  access: 'user',
  summary: 'mute an app or a group, set quiet hours; `If-Match`',
  body: bodyOf(preferencesPatchSchema, ({ mutes, quietHours }) => ({
    mutes,
    quietHours: quietHours && readQuietHours(quietHours),
  })),
  answer: entity('notificationPreferences', preferencesSchema),
  async run({ body, user, principal, ifMatch }, services) {
    const { visibility } = principal;
    const { quietHours } = body;
    if (quietHours !== undefined && visibility !== null)
      throw denied('Quiet hours are of all apps: an inbox over all of them may set them.', 'quietHours');
    const mutes = body.mutes && (await readMutes(body.mutes, principal, services));
    const { key, issuer, subject, name } = user;
    const { preferences, etag } = await services.committer.commit({
      kind: 'preferences',
      user: key,
      owner: { issuer, subject, name },
      visibility,
      patch: { ...(mutes && { mutes }), ...(quietHours !== undefined && { quietHours }) },
      ifMatch,
    });
    return { outcome: 'ok', body: await answerPreferences(preferences, principal, services), etag };
  },
});
