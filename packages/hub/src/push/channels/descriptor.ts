// Describes a push channel in one value (push/channels/<name>/descriptor.ts). Registration, planning, dispatch, the admin
// API, `carillon app channel`, doctor and `carillon capacity` read from it. Small to load, since the writer's thread of
// SQLite plans by it; the code that sends is opened on demand.
import type { PlatformType } from '@carillon/protocol';
import type { Credentials, ShownCredentials } from '../../model/credentials.ts';
import type { ChannelCode } from '../../model/delivery.ts';
import type { PushAddress } from '../../model/push-address.ts';
import type { ChannelServices, PushChannel } from './contract.ts';

export interface ChannelDescriptor<A extends PushAddress = PushAddress, C extends Credentials = Credentials> {
  /** Its name on the wire. */
  readonly type: A['type'];
  /** As people know it. */
  readonly title: string;
  /** Its number in stored deliveries: never changed, and never given to another channel. */
  readonly code: ChannelCode;
  readonly flags: ChannelFlags;
  readonly address: AddressRules<A>;
  /** Null: the hub's own key is enough. */
  readonly credentials: CredentialRules<C> | null;
  readonly capacity: ChannelCapacity;
  open(services: ChannelServices<C>): Promise<PushChannel<A>>;
}

/** The channels of a hub, in the order in which they are listed to people. */
export type ChannelDescriptors = readonly ChannelDescriptor[];

interface ChannelFlags {
  /** Takes a push that shows nothing, so that a state change may be pushed by itself. */
  readonly canClear: boolean;
  /** The device names the push service: each host is on probation and fails alone. */
  readonly hostFromAddress: boolean;
}

export interface AddressRules<A extends PushAddress> {
  /** JSON schema of each member beside `type`; all are required. */
  readonly members: Readonly<Record<Exclude<keyof A, 'type'> & string, object>>;
  /** The member that leads to the device. Whoever knows it can push, so that operators see only its end. */
  readonly capability: Exclude<keyof A, 'type'> & string;
  /** The capability is a URL: https, and never inside the operator's network. */
  readonly isUrl: boolean;
  /** The same text for two addresses of the same place. Its hash is stored, so that it stays as it is. */
  identity(address: A): string;
  /** What these rules do not say yet; throws what is wrong. */
  check?(address: A, allowPrivate: boolean): void;
}

export interface CredentialRules<C extends Credentials> {
  /** JSON schema of what an operator puts. */
  readonly schema: object;
  /** As they are kept; throws what is wrong by member, with what would be right and never with a part of a secret. */
  read(given: C): C;
  show(credentials: C): ShownCredentials;
  /** Of `carillon app channel set`. Of several for one member the first that is given counts. */
  readonly options: readonly CredentialOption[];
  /** Where the provider is, when no URL among the shown members says otherwise. */
  readonly provider: string;
  /** What is known of when they end, for doctor. */
  readonly expiry: string;
}

export interface CredentialOption {
  /** For the command line, such as `--key-file <file>`. */
  readonly flags: string;
  readonly help: string;
  /** Of the credentials; one of a JSON object is given as a file that holds it. */
  readonly member: string;
  readonly from: 'argument' | 'file' | 'lineFile' | 'jsonFile' | 'stdin';
  readonly required?: true;
  /** Works, and is not suggested: other processes may read it. */
  readonly exposes?: true;
  /** What to do when the file holds something else. */
  readonly mend?: string;
  /** What the simulators call the file that they write. */
  readonly fileName?: string;
}

/** `--key-file` of `--key-file <file>`. */
export function flagOf(flags: string): string {
  return flags.split(' ')[0] ?? flags;
}

interface ChannelCapacity {
  /** Devices of this platform are counted as reached through the channel. */
  readonly platform: PlatformType;
  /** A row of push-drain in bench/RESULTS.md, which tools/capacity-constants.ts copies; channels may share one. */
  readonly drained: { readonly figure: string; readonly perSecond: number };
  /** Null: the provider documents none. */
  readonly quota: ProviderQuota | null;
}

/** Of each app's project, by default. */
export interface ProviderQuota {
  readonly resource: string;
  readonly perMinute: number;
  readonly unit: string;
  readonly remedy: string;
}
