// The devices of the caller, of all apps, for an inbox: a token of one app alone has no say in the others.
// What each is named by is worth nothing elsewhere.
import { ownDeviceSchema } from '@carillon/protocol/schemas';
import { idOf, listSessions } from '../../auth/provider/grants/sessions.ts';
import { collection } from '../kernel/answer.ts';
import { operation } from '../kernel/operation.ts';
import { answerDevice } from './device.ts';

export const listOwnDevices = operation({
  name: 'listOwnDevices',
  method: 'GET',
  paths: ['/me/notificationDevices'],
  access: 'inbox',
  summary:
    "list the caller's devices of all apps; `lastSeenDateTime` is when it last fetched or listened, to a quarter of an hour, and `sessionId` the session that removing it signs out",
  answer: collection('notificationDevices', ownDeviceSchema),
  async run({ user, identity }, services) {
    const now = services.clock.now();
    const [devices, sessions] = await Promise.all([
      services.read.devices(user.key, now),
      listSessions(services.registry, user.subject, now),
    ]);
    const others = new Set(sessions.map(({ id }) => id));
    if (identity.session !== null) others.delete(idOf(identity.session));
    return { outcome: 'ok', body: { value: devices.map((each) => answerDevice(each, others, services)) } };
  },
});
