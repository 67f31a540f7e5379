// The address of an Android app: the registration token that Firebase gave it. It says nothing of itself, so that only
// FCM can tell a wrong one.
import type { AddressOf } from '../contract.ts';
import type { AddressRules } from '../descriptor.ts';
import { address } from '../schema.ts';

export type FcmAddress = AddressOf<'fcm'>;

export const fcmAddress: AddressRules<FcmAddress> = {
  members: { token: address },
  capability: 'token',
  isUrl: false,
  identity: ({ token }) => token,
};
