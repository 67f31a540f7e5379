// Gives a device of the caller, of whatever app, another name.
// Its app may name it anew when it registers again.
import { ownDevicePatchSchema } from '@carillon/protocol/schemas';
import { nothing } from '../kernel/answer.ts';
import { bodyOf, operation } from '../kernel/operation.ts';
import { findDevice } from './device.ts';

export const updateOwnDevice = operation({
  name: 'updateOwnDevice',
  method: 'PATCH',
  paths: ['/me/notificationDevices/{id}'],
  access: 'inbox',
  summary: 'rename a device of the caller, of any app',
  body: bodyOf(ownDevicePatchSchema, ({ displayName }) => ({ displayName })),
  answer: nothing,
  async run({ params, user, body }, services) {
    const { app, id } = await findDevice(params.id, user, services);
    await services.committer.commit({ kind: 'renew', user: user.key, app, id, patch: body });
    return { outcome: 'noContent' };
  },
});
