// The push channels that the hub has, by their descriptors: the one place where all of them are named. A new one is a
// folder in push/channels, its address among the wire's types (protocol/src/subscription.ts), and a line here.
import type { Channel } from '@carillon/protocol';
import { apns } from '../push/channels/apns/descriptor.ts';
import type { AddressOf } from '../push/channels/contract.ts';
import type { ChannelDescriptor, ChannelDescriptors } from '../push/channels/descriptor.ts';
import { fcm } from '../push/channels/fcm/descriptor.ts';
import { webPush } from '../push/channels/webpush/descriptor.ts';
import { wns } from '../push/channels/wns/descriptor.ts';

/** Complete: an address of the wire that no channel pushes to does not compile. */
type ForWire = { readonly [T in Channel['type']]: ChannelDescriptor<AddressOf<T>> };

export const builtIn = { wns, apns, fcm, webPush } as const satisfies ForWire;

export const builtInChannels: ChannelDescriptors = Object.values(builtIn);
