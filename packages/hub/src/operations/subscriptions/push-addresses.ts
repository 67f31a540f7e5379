// The `channel` of a subscription as a device registers it becomes a push address: its type names one of the hub's
// channels, which says what the other members must be. A URL must be https, and lead nowhere inside the operator's network.
import type { AppId } from '../../model/app.ts';
import { invalid } from '../../model/errors.ts';
import { hashAddress, type PushAddress, readPushUrl } from '../../model/push-address.ts';
import { capabilityOf } from '../../push/channels/channels.ts';
import type { ChannelDescriptor, ChannelDescriptors } from '../../push/channels/descriptor.ts';
import { openReader } from '../kernel/body.ts';

/** What a subscription is stored with. */
interface Addressed {
  readonly channel: PushAddress | null;
  readonly addressHash: string | null;
}

export interface PushAddresses {
  /** Throws what is wrong with it. */
  read(channel: object): PushAddress;
  /** What a name leads to is checked now, and once more whenever a push connects. */
  checkResolved(address: PushAddress): Promise<void>;
  addressed(app: AppId, address: PushAddress | null): Addressed;
}

export interface PushAddressOptions {
  readonly channels: ChannelDescriptors;
  /** Whether an address may lead inside a private network. */
  readonly allowPrivate: boolean;
  /** Whether a host name leads there now. */
  readonly isPrivateName: (hostname: string) => Promise<boolean>;
}

export function openPushAddresses(options: PushAddressOptions): PushAddresses {
  const { channels, allowPrivate, isPrivateName } = options;
  const types = new Map(channels.map((each) => [each.type, openType(each, allowPrivate)]));
  const byName = new Map([...types].map(([name, each]) => [name.toLowerCase(), each]));
  return {
    read(channel) {
      const named = 'type' in channel && typeof channel.type === 'string' ? channel.type.toLowerCase() : '';
      const type = byName.get(named);
      if (type) return type.read(channel);
      const names = [...types.keys()].join(', ');
      throw invalid(`"channel" must have a "type" that is one of ${names}.`, 'channel');
    },
    async checkResolved(address) {
      const url = types.get(address.type)?.urlOf(address);
      if (!url || allowPrivate) return;
      if (!(await isPrivateName(new URL(url.text).hostname))) return;
      throw invalid(
        `"${url.target}" leads inside a private network, where a push is never sent.`,
        url.target,
      );
    },
    addressed(app, address) {
      const identity = address && types.get(address.type)?.identityOf(address);
      if (!address || identity == null) return { channel: null, addressHash: null };
      return { channel: address, addressHash: hashAddress(app, address.type, identity) };
    },
  };
}

interface AddressType {
  read(channel: object): PushAddress;
  identityOf(address: PushAddress): string;
  /** Null when the address is a token. */
  urlOf(address: PushAddress): { readonly target: string; readonly text: string } | null;
}

function openType({ type, address: rules }: ChannelDescriptor, allowPrivate: boolean): AddressType {
  const properties = { type: { type: 'string', enum: [type] }, ...rules.members };
  const channel = {
    type: 'object',
    required: Object.keys(properties),
    properties,
    additionalProperties: false,
  };
  const readBody = openReader<{ channel: PushAddress }>({ type: 'object', properties: { channel } });
  const urlOf: AddressType['urlOf'] = (address) =>
    rules.isUrl ? { target: `channel.${rules.capability}`, text: capabilityOf(address, rules) } : null;
  return {
    read(given) {
      const address = readBody({ channel: given }).channel;
      const url = urlOf(address);
      if (url) readPushUrl(url.text, url.target, allowPrivate);
      rules.check?.(address, allowPrivate);
      return address;
    },
    identityOf: (address) => rules.identity(address),
    urlOf,
  };
}
