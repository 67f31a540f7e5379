// The channels of a hub, open: each with its descriptor, by its name on the wire. And what follows from a descriptor's
// rules for an address or for credentials.
import type { Credentials, ShownCredentials } from '../../model/credentials.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { PushChannel } from './contract.ts';
import type { AddressRules, ChannelDescriptor, ChannelDescriptors, CredentialRules } from './descriptor.ts';

export interface OpenChannel {
  readonly descriptor: ChannelDescriptor;
  readonly channel: PushChannel;
}

export type OpenChannels = ReadonlyMap<string, OpenChannel>;

/** What leads to the device: a token, or a URL. */
export function capabilityOf(address: PushAddress, { capability }: AddressRules<PushAddress>): string {
  return String(address[capability]);
}

export type CredentialedChannel = ChannelDescriptor & { readonly credentials: CredentialRules<Credentials> };

/** Those that an operator gives credentials for. */
export function credentialed(channels: ChannelDescriptors): CredentialedChannel[] {
  return channels.filter((each): each is CredentialedChannel => each.credentials !== null);
}

/** Those that the hub's own key is enough for, as people know them. */
export function withoutCredentials(channels: ChannelDescriptors): string {
  return channels
    .filter(({ credentials }) => credentials === null)
    .map(({ title }) => title)
    .join(', ');
}

/** Where the provider is asked: at a URL that the operator gave, else at its own. */
export function providerOf({ provider }: CredentialRules<Credentials>, shown: ShownCredentials): string {
  const url = ['tokenUrl', 'baseUrl'].map((member) => shown[member]).find((each) => typeof each === 'string');
  return new URL(url ?? provider).origin;
}
