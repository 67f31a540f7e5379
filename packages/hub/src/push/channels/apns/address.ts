// The address of an iOS app: its device token within an environment, and the topic that it was made for. Apple tells
// them apart, so that one token under two topics is two addresses.
import type { AddressOf } from '../contract.ts';
import type { AddressRules } from '../descriptor.ts';
import { name, oneOf } from '../schema.ts';

export type ApnsAddress = AddressOf<'apns'>;

export const apnsAddress: AddressRules<ApnsAddress> = {
  members: {
    token: { type: 'string', pattern: '^[0-9a-fA-F]{2,400}$' },
    topic: name,
    environment: oneOf('production', 'sandbox'),
  },
  capability: 'token',
  isUrl: false,
  identity: ({ topic, token }) => `${topic} ${token.toLowerCase()}`,
};
