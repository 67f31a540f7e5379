// Notifications as apps post them, for tests, screenshots and the demo: some apps and groups with texts of real length,
// at times before a given moment.
import type { Notification } from '@carillon/protocol';

interface Sample {
  readonly host: string;
  readonly title: string;
  readonly body?: string;
  readonly group?: string;
  readonly minutes: number;
  readonly isRead?: boolean;
  readonly isLow?: boolean;
}

const day = 24 * 60;

const samples: readonly Sample[] = [
  {
    host: 'build.example',
    group: 'Checkout service',
    minutes: 0.4,
    title: 'Deployment to production finished',
    body: 'Version 2.41.0 runs on all 12 instances. No errors in the first minute.',
  },
  {
    host: 'shop.example',
    minutes: 6,
    title: 'Maya Okafor asked you about order 10 482',
    body: 'Can the two parcels go out together? The customer moves on Friday.',
  },
  {
    host: 'build.example',
    group: 'Checkout service',
    minutes: 14,
    title: 'Tests passed on main',
    body: '1,482 tests in 4 min 12 s',
    isRead: true,
  },
  {
    host: 'calendar.example',
    minutes: 31,
    title: 'Design review starts in 30 minutes',
    body: 'Room Ada, or join by link. 6 people have accepted.',
  },
  {
    host: 'build.example',
    group: 'Checkout service',
    minutes: 52,
    title: 'Review requested: retry payments with an idempotency key',
    body: 'Jonas Lindqvist asks for your review. 8 files changed.',
  },
  {
    host: 'bank.example',
    minutes: 130,
    title: 'Payment received',
    body: '€ 1,240.00 from Nordlicht GmbH',
    isRead: true,
  },
  {
    host: 'docs.example',
    group: 'Roadmap',
    minutes: 190,
    title: 'Priya mentioned you in “Roadmap for spring”',
    body: '“@you: could you add the numbers for the pilot before Thursday?”',
    isRead: true,
  },
  { host: 'backup.example', minutes: 300, title: 'Weekly backup completed', isRead: true, isLow: true },
  {
    host: 'shop.example',
    group: 'Stock',
    minutes: day + 40,
    title: 'Stock is low: canvas bag, natural',
    body: '4 left. At the pace of last week they are gone by tomorrow evening.',
  },
  {
    host: 'shop.example',
    group: 'Stock',
    minutes: day + 55,
    title: 'Stock is low: enamel mug, blue',
    body: '9 left.',
  },
  {
    host: 'travel.example',
    minutes: day + 200,
    title: 'Your train to Gothenburg leaves from platform 7',
    body: 'Departure 16:42, carriage 3, seats 41 and 42.',
    isRead: true,
  },
  {
    host: 'docs.example',
    group: 'Roadmap',
    minutes: 2 * day + 90,
    title: 'Elif shared “Interview notes” with you',
    isRead: true,
  },
  {
    host: 'bank.example',
    minutes: 3 * day + 10,
    title: 'Your statement for October is ready',
    body: 'You find it under Documents.',
    isRead: true,
  },
  {
    host: 'build.example',
    minutes: 9 * day,
    title: 'Certificate of api.example renewed',
    body: 'Valid for another 90 days.',
    isRead: true,
    isLow: true,
  },
];

export function sampleItems(now: number): Notification[] {
  return samples.map((sample, index) =>
    notification(`sample-${index}`, now - sample.minutes * 60_000, sample),
  );
}

/** Texts of more than two lines, with newlines and links, some of which must not become links. */
export function longItems(now: number): Notification[] {
  const made = (index: number, title: string, body: string): Notification =>
    notification(`long-${index}`, now - index * 60_000, { host: 'docs.example', title, body });
  return [
    made(
      0,
      'Release notes',
      'Before you update:\n1. Stop the workers.\n2. Run the migration, see https://docs.example/migrate?from=2&to=3.\n\n3. Start them.\nQuestions: mailto:ops@docs.example or tel:+49-30-1234',
    ),
    made(1, 'Short', 'One line, see https://docs.example/short'),
    made(2, 'Do not press', 'javascript:alert(1) data:text/html,x <img src=x onerror=alert(1)>'),
    made(
      3,
      `${'A title that says far too much for the two lines that it has here. '.repeat(3)}`,
      'Nothing more.',
    ),
  ];
}

/** `count` of them, one every seven minutes, the newest first. */
export function manyItems(count: number, now: number): Notification[] {
  return Array.from({ length: count }, (_, index) => {
    const sample = samples[index % samples.length]!;
    return notification(`many-${index}`, now - index * 7 * 60_000, {
      ...sample,
      title: `${sample.title} (${index + 1})`,
    });
  });
}

/** A history: what was done to the samples is of every kind. */
export function handledItems(now: number): Notification[] {
  const states = ['noInteraction', 'activated', 'dismissed', 'snoozed'] as const;
  return sampleItems(now).map((item, index) => ({
    ...item,
    readState: 'read',
    userActionState: states[index % states.length]!,
    snoozeUntilDateTime: index % states.length === 3 ? new Date(now + 20 * 3_600_000).toISOString() : null,
  }));
}

export function notification(id: string, time: number, sample: Partial<Sample>): Notification {
  const { host = 'app.example', title = 'Hello', body, group, isRead, isLow } = sample;
  const created = new Date(time).toISOString();
  return {
    id,
    appNotificationId: null,
    targetHostName: host,
    groupName: group ?? null,
    displayTimeToLive: null,
    expirationDateTime: new Date(time + 30 * day * 60_000).toISOString(),
    priority: isLow ? 'Low' : 'High',
    payload: { rawContent: null, visualContent: { title, body: body ?? null } },
    targetPolicy: { platformTypes: ['windows', 'ios', 'android', 'webPush'] },
    fallbackPolicy: null,
    createdDateTime: created,
    lastModifiedDateTime: created,
    contentVersion: 1,
    readState: isRead ? 'read' : 'unread',
    userActionState: 'noInteraction',
    snoozeUntilDateTime: null,
  };
}
