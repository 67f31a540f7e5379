// The requests that the documented pages of "Create and send a notification" show, word for word, with their
// placeholders filled, their dates moved into the future, and the host of the app under test.

export interface Page {
  /** What the page is called, and when it said so. */
  readonly name: string;
  /** Below `/{version}/{user}`, as the page writes it. */
  readonly path: string;
  readonly body: (fill: Fill) => Readonly<Record<string, unknown>>;
  /** What the answer holds for the priority and the seconds that the page sends. */
  readonly answered: { readonly priority: string; readonly displayTimeToLive: number };
}

export interface Fill {
  readonly host: string;
  /** RFC 3339, in the future. */
  readonly expiration: string;
  /** Keeps the name of one request apart from the next one's. */
  readonly suffix: string;
}

function toast({ host, expiration, suffix }: Fill, greeting: string, platformTypes: readonly string[]) {
  return {
    targetHostName: host,
    appNotificationId: `testDirectToastNotification${suffix}`,
    expirationDateTime: expiration,
    payload: { visualContent: { title: greeting, body: 'Notifications are Great!' } },
    targetPolicy: { platformTypes },
    priority: 'High',
    groupName: 'TestGroup',
  };
}

const high22 = { priority: 'High', displayTimeToLive: 22 };

export const pages: readonly Page[] = [
  {
    name: 'create and publish a user-centric notification (2018), which posts to activities',
    path: '/activities/',
    body: (fill) => ({ ...toast(fill, 'Hello Ignite!', ['windows']), displayTimeToLive: '23' }),
    answered: high22,
  },
  {
    name: 'create and send a notification (2018)',
    path: '/notifications/',
    body: (fill) => ({ ...toast(fill, 'Hello World!', ['windows', 'android']), displayTimeToLive: '23' }),
    answered: high22,
  },
  {
    name: 'create and send a notification (2019)',
    path: '/notifications/',
    body: (fill) => ({
      ...toast(fill, 'Hello World!', ['windows', 'android', 'ios']),
      displayTimeToLive: '60',
    }),
    answered: { priority: 'High', displayTimeToLive: 59 },
  },
  {
    name: 'service side integration',
    path: '/notifications/',
    body: (fill) => ({ ...toast(fill, 'Hello World!', ['windows', 'android']), displayTimeToLive: '23' }),
    answered: high22,
  },
  {
    name: 'add notifications (2017), with a type at every level',
    path: '/notifications/$ref',
    body: ({ host, expiration }) => ({
      '@odata.type': '#microsoft.graph.notification',
      targetHostName: host,
      expirationDateTime: expiration.replace(/\.\d+Z$/, '.280378+03:00'),
      payload: {
        '@odata.type': 'microsoft.graph.payloadTypes',
        rawContent: 'Raw Content value',
        visualContent: {
          '@odata.type': 'microsoft.graph.visualProperties',
          title: 'Title value',
          body: 'Body value',
        },
      },
      displayTimeToLive: 1,
      priority: 'Low',
      groupName: 'Group Name value',
      targetPolicy: { '@odata.type': 'microsoft.graph.targetPolicyEndpoints', platformTypes: ['windows'] },
    }),
    answered: { priority: 'Low', displayTimeToLive: 0 },
  },
];
