// What each push channel needs of its vendor, and where that is got: the fields of the form, the body of the operation, and the
// vendor's page. Secrets go in and are never shown again.
import type { ConsoleMessages } from '@carillon/words';

export interface ChannelField {
  readonly name: string;
  /** As the vendor calls it, in every language. */
  readonly label: string;
  readonly long?: boolean;
  readonly secret?: boolean;
  readonly placeholder: string;
}

export interface ChannelGuide {
  readonly kind: string;
  readonly platform: string;
  readonly steps: keyof ConsoleMessages;
  readonly vendor: string;
  readonly fields: readonly ChannelField[];
  readonly body: (values: Readonly<Record<string, string>>) => unknown;
}

export const channelGuides: readonly ChannelGuide[] = [
  {
    kind: 'fcm',
    platform: 'Android · Firebase Cloud Messaging',
    steps: 'fcmSteps',
    vendor: 'https://console.firebase.google.com/project/_/settings/serviceaccounts/adminsdk',
    fields: [
      {
        name: 'serviceAccount',
        label: 'Service account (JSON)',
        long: true,
        secret: true,
        placeholder: '{ "type": "service_account", … }',
      },
    ],
    body: ({ serviceAccount = '' }) => ({ serviceAccount: JSON.parse(serviceAccount) }),
  },
  {
    kind: 'apns',
    platform: 'iOS · Apple Push Notification service',
    steps: 'apnsSteps',
    vendor: 'https://developer.apple.com/account/resources/authkeys/list',
    fields: [
      { name: 'teamId', label: 'Team ID', placeholder: 'ABCDE12345' },
      { name: 'keyId', label: 'Key ID', placeholder: 'XYZ9876543' },
      {
        name: 'privateKey',
        label: 'AuthKey_….p8',
        long: true,
        secret: true,
        placeholder: '-----BEGIN PRIVATE KEY-----',
      },
    ],
    body: (values) => values,
  },
  {
    kind: 'wns',
    platform: 'Windows · Windows Push Notification Services',
    steps: 'wnsSteps',
    vendor: 'https://partner.microsoft.com/dashboard',
    fields: [
      { name: 'clientId', label: 'Package SID', placeholder: 'ms-app://s-1-15-2-…' },
      { name: 'clientSecret', label: 'Client secret', secret: true, placeholder: '' },
    ],
    body: (values) => values,
  },
  {
    kind: 'webPush',
    platform: 'Web Push · RFC 8030',
    steps: 'webPushSteps',
    vendor: '',
    fields: [],
    body: () => null,
  },
];
