// Asks the provider of an app's push channel what can be asked without a device, and sends a real test push to a device that the
// operator names. What is wrong is said in words, with what to do. Over the transport of pushes, with its guard and timeouts.
import { channelCheckPostSchema, channelCheckSchema } from '@carillon/protocol/schemas';
import type { AppId } from '../../../model/app.ts';
import { HubError, invalid, throttled } from '../../../model/errors.ts';
import type { StoredSubscription } from '../../../model/subscription.ts';
import type { OpenChannel } from '../../../push/channels/channels.ts';
import type { Outcome } from '../../../push/channels/contract.ts';
import { registeredAt } from '../../../push/plan/decide.ts';
import { plain } from '../../kernel/answer.ts';
import type { Services } from '../../kernel/call.ts';
import { bodyOf, operation } from '../../kernel/operation.ts';
import { audited, findApp } from '../audited.ts';
import { channelPath } from './channel.ts';

/** Of one app and channel, on one node: enough for whoever mends something, and no load for a provider. */
export const checksPerMinute = 12;

export const checkChannel = operation({
  name: 'checkChannel',
  method: 'POST',
  paths: [`${channelPath}/check`],
  access: 'operator',
  summary:
    'ask the provider whether it takes the hub’s pushes for the app, without a device; with the `subscriptionId` (UNS-ID) of a device send it a test push too',
  body: bodyOf(channelCheckPostSchema, (body) => body),
  answer: plain(channelCheckSchema),
  async run({ params, body: { subscriptionId }, ...acted }, services) {
    const { id: app } = findApp(params.appId, services.registry);
    const open = channelNamed(params.channel, services);
    const { type: channel } = open.descriptor;
    const device =
      subscriptionId === undefined ? null : await findDevice(subscriptionId, { app, channel }, services);
    const waitMs = services.channelChecks.take(`${app} ${channel}`);
    if (waitMs > 0)
      throw throttled('So many checks of this channel were made: wait as long as Retry-After says.', {
        ...{ retryAfterMs: waitMs, limit: checksPerMinute },
      });
    await audited(acted, services, `apps/${app}/channels/${channel}`, async () => {});
    const checked = await open.channel.check(app);
    const { ok, message } = checked ?? { ok: true, message: 'The channel needs no credentials.' };
    const push = device && (await sendTest(device, open, services));
    return { outcome: 'ok', body: { channel, ok, message, push } };
  },
});

function channelNamed(name: string, { channels }: Services): OpenChannel {
  const all = [...channels.values()];
  const open = all.find(({ descriptor }) => descriptor.type.toLowerCase() === name.toLowerCase());
  if (open) return open;
  const known = all.map(({ descriptor }) => descriptor.type).join(', ');
  throw new HubError('notFound', `The channels are ${known}.`);
}

interface Place {
  readonly app: AppId;
  readonly channel: string;
}

async function findDevice(
  unsId: string,
  { app, channel }: Place,
  { unsIds, read, clock }: Services,
): Promise<StoredSubscription> {
  const named = unsIds.read(unsId);
  const found = named && (await read.subscription(named.user, named.id));
  if (!found || found.app !== app || found.leaseUntil <= clock.now())
    throw invalid('"subscriptionId" is the UNS-ID of no living subscription of this app.', 'subscriptionId');
  if (found.channel?.type === channel) return found;
  throw invalid(`"subscriptionId" names a device without a ${channel} address.`, 'subscriptionId');
}

/** It shows the app's name and says what it is; it belongs to no notification, and opens none. */
async function sendTest(
  device: StoredSubscription,
  { channel }: OpenChannel,
  { clock, newId, read }: Services,
) {
  const { user, app, platform, channel: address } = device;
  if (!address) return null;
  const now = clock.now();
  const { unread } = await read.position(user, app);
  const outcome = await channel.send({
    ...{ kind: 'notify', app, user, platform, channel: address, now, unreadCount: unread, close: [] },
    registeredAt: registeredAt(device, now),
    visual: { title: 'Test push', body: `An operator checks the push channel of ${app}.` },
    notification: {
      ...{ id: newId(user), groupName: null, priority: 'High', expires: now + testMs, displayUntil: null },
    },
  });
  const { verdict, status, reason } = outcome;
  return { verdict, status, reason, message: adviceOn(outcome) };
}

const testMs = 600_000;

function adviceOn({ verdict, blame, reason, unanswered }: Outcome): string {
  if (verdict === 'accepted')
    return 'The provider took it: the device shows it unless its settings forbid that.';
  if (verdict === 'gone')
    return 'The provider no longer has this address: open the app on the device, so that it registers anew.';
  if (blame === 'credentials')
    return `The provider refuses the credentials (${reason}): check that they are of the project, team or app that the device registered with.`;
  if (verdict === 'throttled') return 'The provider takes no more for now: try again in some minutes.';
  if (unanswered) return 'The provider did not answer: the push may have arrived, look at the device.';
  if (blame === 'provider')
    return `The provider could not be reached or is down (${reason}): try again, and check that this machine reaches it.`;
  return `The provider refuses this address or push (${reason}): have the device register anew.`;
}
