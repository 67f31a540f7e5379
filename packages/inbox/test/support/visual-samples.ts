// Notifications that show more than words: pictures, progress, links, urgency, a language and direction of their own, and the
// senders by name.
import type { Notification, NotificationApp, VisualContent } from '@carillon/protocol';
import { notification } from './samples.ts';

const pictures = 'https://pictures.example';

export const senders: readonly NotificationApp[] = [
  { id: 'shop', displayName: 'Nordlicht Shop', iconUrl: `${pictures}/shop.png`, hostNames: ['shop.example'] },
  { id: 'build', displayName: 'Build', iconUrl: null, hostNames: ['build.example'] },
];

const shown: readonly (readonly [host: string, minutes: number, visual: VisualContent])[] = [
  [
    'shop.example',
    2,
    {
      title: 'Your parcel leaves today',
      body: 'It reaches you tomorrow between 10 and 12.',
      url: 'https://shop.example/orders/7',
      imageUrl: `${pictures}/parcel.png`,
      actions: [
        { id: 'track', title: 'Track parcel', url: 'https://shop.example/track/7' },
        { id: 'cancel', title: 'Cancel order', url: 'https://shop.example/cancel/7', destructive: true },
        { id: 'bad', title: 'Never shown', url: 'javascript:alert(1)' },
      ],
    },
  ],
  [
    'build.example',
    5,
    {
      title: 'Deploying version 2.41.0',
      body: '12 instances',
      url: 'https://build.example/runs/12',
      progress: { value: 4, max: 10, label: 'Instance 5 of 12' },
    },
  ],
  [
    'alarm.example',
    9,
    {
      title: 'Water in the basement',
      body: 'The sensor beside the boiler is wet.',
      interruptionLevel: 'critical',
      iconUrl: `${pictures}/alarm.png`,
    },
  ],
  [
    'calendar.example',
    12,
    { title: 'You leave in ten minutes', interruptionLevel: 'timeSensitive', url: 'javascript:alert(1)' },
  ],
  [
    'news.example',
    20,
    {
      title: 'שלום \u202eevil\u202c',
      body: 'יש לך הודעה חדשה (1)',
      lang: 'he',
      dir: 'rtl',
      imageUrl: 'http://pictures.example/plain.png',
    },
  ],
  ['mail.example', 25, { title: 'A picture that is gone', imageUrl: `${pictures}/missing.png` }],
];

export function visualItems(now: number): Notification[] {
  return shown.map(([host, minutes, visualContent], index) => ({
    ...notification(`visual-${index}`, now - minutes * 60_000, { host }),
    payload: { visualContent },
  }));
}

const approval: VisualContent = {
  title: 'Deploy version 2.41.0 to production?',
  body: 'All 1,482 tests have passed. 3 migrations run first.',
  url: 'https://build.example/runs/12',
  actions: [
    { id: 'approve', title: 'Approve' },
    { id: 'reject', title: 'Reject', destructive: true },
    { id: 'later', title: 'Comment', input: { placeholder: 'What is missing?', maxLength: 40 } },
    { id: 'log', title: 'Read the log', url: 'https://build.example/runs/12/log' },
  ],
};

/** Open ones, one that is about to close, and what was decided by a person and by the deadline. */
export function questionItems(now: number): Notification[] {
  const ask = (index: number, minutes: number, more: Partial<Notification>): Notification => ({
    ...notification(`question-${index}`, now - minutes * 60_000, { host: 'build.example' }),
    payload: { visualContent: approval },
    response: null,
    ...more,
  });
  const until = (ms: number) => ({
    respondByDateTime: new Date(now + ms).toISOString(),
    defaultActionId: 'reject',
  });
  const respondedDateTime = new Date(now - 60_000).toISOString();
  const handled = { readState: 'read', userActionState: 'activated' } as const;
  return [
    ask(0, 1, { responsePolicy: until(540_000) }),
    ask(1, 3, {
      responsePolicy: until(42_000),
      payload: {
        visualContent: {
          ...approval,
          title: 'Are you home?',
          body: null,
          actions: [
            { id: 'yes', title: 'Yes' },
            { id: 'no', title: 'No' },
          ],
        },
      },
    }),
    ask(2, 30, {
      ...handled,
      response: {
        actionId: 'later',
        text: 'The release notes are missing.',
        respondedDateTime,
        respondedBy: 'user',
      },
    }),
    ask(3, 60, {
      readState: 'read',
      userActionState: 'noInteraction',
      response: { actionId: 'reject', text: null, respondedDateTime, respondedBy: 'deadline' },
    }),
    ask(4, 90, {
      readState: 'read',
      response: { actionId: null, text: null, respondedDateTime, respondedBy: 'deadline' },
    }),
  ];
}
