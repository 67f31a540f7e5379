// `carillon send --watch`: follows a notification. Its state comes from the user's own stream; its deliveries are read with
// every frame and twice a second. It ends when the notification is handled for good, or when no push is on its way and no
// device can report more.
import type { Delivery, Frame, NotificationResponse, Subscription } from '@carillon/protocol';
import type { Clock } from '../lib/clock.ts';
import { type Caller, callHub, Refusal, readAnswer } from './call-hub.ts';
import { type DeviceEvent, isOver, Timeline } from './timeline.ts';

/** One line: of a device, or of the notification itself. */
export type WatchEvent =
  | DeviceEvent
  | ({ readonly what: string; readonly message?: string } & Partial<
      Pick<NotificationResponse, 'actionId' | 'text' | 'respondedBy'>
    >);
export type Report = (event: WatchEvent) => void;

/** The state before the post. */
export interface Before {
  /** The position of the feed, as a token to continue from. */
  readonly cursor: string;
  /** The subscriptions; some may end with their first push. */
  readonly devices: ReadonlyMap<string, Subscription>;
}

export interface Watched extends Before {
  readonly id: string;
  readonly clock: Clock;
  readonly report: Report;
}

const lookEveryMs = 500;

export async function lookBefore(caller: Caller): Promise<Before> {
  const answer = await callHub(caller, 'GET', 'notifications/delta?$deltatoken=latest');
  const { '@odata.deltaLink': link } = readAnswer<{ '@odata.deltaLink': string }>(answer, '@odata.deltaLink');
  const cursor = new URL(link).searchParams.get('$deltatoken') ?? '';
  return { cursor, devices: await readDevices(caller) };
}

export async function watch(caller: Caller, watched: Watched): Promise<void> {
  const { clock, report } = watched;
  const states = await openStates(caller, watched);
  const look = openLook(caller, watched);
  try {
    for (;;) {
      // Checked before the read, so that the last read comes after the end.
      const { handled } = states;
      const over = await look().catch((error: unknown) => {
        // A stopping hub explains an unanswered request.
        throw states.failure ?? error;
      });
      if (handled) return;
      // Handled meanwhile: that is why nothing is on its way any more, and it was reported.
      if (over && !states.handled) {
        return report({ what: 'over', message: 'no push is on its way, and no device can report more' });
      }
      await states.wait(clock);
    }
  } finally {
    states.close();
  }
}

interface States {
  readonly handled: boolean;
  /** Why the stream ended on its own. */
  readonly failure: Error | null;
  /** Resolves at the next frame or when the next read is due; rejects when the stream ended on its own. */
  wait(clock: Clock): Promise<void>;
  close(): void;
}

/** The notification's state, reported whenever the stream brings a new one. */
async function openStates(caller: Caller, { id, cursor, report }: Watched): Promise<States> {
  const { ticket } = readAnswer<{ ticket: string }>(
    await callHub(caller, 'POST', 'notifications/streamTicket'),
    'ticket',
  );
  const query = new URLSearchParams({ ticket, $deltatoken: cursor });
  const url = `${caller.publicUrl.replace(/^http/, 'ws')}/v1.0/me/notifications/stream?${query}`;
  const socket = new WebSocket(url);
  let told = 'unread'; // as it was posted
  let isAnswered = false;
  let handled = false;
  let failure: Error | null = null;
  let wake = (): void => {};
  const fail = (message: string): void => {
    failure ??= new Error(message);
    wake();
  };
  socket.addEventListener('error', () => fail('the stream of the hub broke off'));
  socket.addEventListener('close', () => fail('the stream of the hub ended'));
  socket.addEventListener('message', ({ data }) => {
    const frame = readFrame(String(data));
    if (typeof frame === 'string') fail(frame);
    else if (frame?.type === 'change' && frame.value.id === id) {
      const answered = answerIn(frame.value);
      if (answered && !isAnswered) report(answered);
      isAnswered = answered !== null;
      const what = stateOf(frame.value);
      if (what !== told) report({ what });
      told = what;
      handled ||= settled.includes(what);
      wake();
    }
  });
  return {
    get handled() {
      return handled;
    },
    get failure() {
      return failure;
    },
    async wait(clock) {
      if (!handled && !failure) {
        await new Promise<void>((resolve) => {
          const timer = clock.after(lookEveryMs, resolve);
          wake = () => {
            timer.stop();
            resolve();
          };
        });
      }
      if (failure && !handled) throw failure;
    },
    close: () => socket.close(),
  };
}

/** The frame, or what is wrong with it or ends the stream. */
function readFrame(text: string): Frame | string {
  let frame: Frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return 'the stream of the hub sent a frame that is not JSON';
  }
  if (frame.type === 'bye') return `the hub ended the stream (${frame.reason})`;
  if (frame.type === 'resync') return `the hub lost the place in the stream (${frame.reason})`;
  return frame;
}

/** Nothing more is to be awaited. */
const settled = ['removed', 'activated', 'dismissed'];

function stateOf(value: Extract<Frame, { type: 'change' }>['value']): string {
  if ('@removed' in value) return 'removed';
  return value.userActionState === 'noInteraction' ? value.readState : value.userActionState;
}

/** What was decided; null while it is open, and where nothing is asked. */
function answerIn(value: Extract<Frame, { type: 'change' }>['value']): WatchEvent | null {
  const response = '@removed' in value ? null : value.response;
  if (!response) return null;
  const { actionId, text, respondedBy } = response;
  const what = actionId === null ? 'its deadline passed without an answer' : `answered ${actionId}`;
  const message = text === null ? what : `${what}: ${text}`;
  return { what: 'answered', actionId, text, respondedBy, message };
}

/** Reads the deliveries and reports what is new; answers whether nothing more is expected of them. */
function openLook(caller: Caller, { id, devices: before, report }: Watched): () => Promise<boolean> {
  const timeline = new Timeline();
  let devices = before;
  let asked = new Set(before.keys());
  let complaint = '';
  const look = async (): Promise<boolean> => {
    const answer = await callHub(caller, 'GET', `notifications/${id}/deliveries`);
    // It was removed; the stream is about to report that.
    if (answer.status === 404) return false;
    const { value } = readAnswer<{ value: Delivery[] }>(answer, 'value');
    if (value.some(({ subscriptionId }) => !asked.has(subscriptionId))) {
      // Subscriptions that ended keep the name they had.
      devices = new Map([...devices, ...(await readDevices(caller))]);
      asked = new Set([...devices.keys(), ...value.map(({ subscriptionId }) => subscriptionId)]);
    }
    for (const event of timeline.next(value, devices)) report(event);
    return isOver(value, devices);
  };
  return async () => {
    try {
      const over = await look();
      complaint = '';
      return over;
    } catch (error) {
      if (!(error instanceof Refusal && error.passes)) throw error;
      // Reported once, however often the read is retried.
      if (complaint !== error.message) report({ what: 'unanswered', message: error.message });
      complaint = error.message;
      return false;
    }
  };
}

async function readDevices(caller: Caller): Promise<Map<string, Subscription>> {
  const answer = await callHub(caller, 'GET', 'notificationSubscriptions');
  const { value } = readAnswer<{ value: Subscription[] }>(answer, 'value');
  return new Map(value.map((each) => [each.id, each]));
}

/** One line of text, without its time. Names, reasons and answers are others' text: no control characters. */
export function lineOf(event: WatchEvent, id: string): string {
  const text = 'device' in event ? deviceLine(event) : (event.message ?? `${event.what} ${id}`);
  return text.trim().replaceAll(/\p{Cc}/gu, ' ');
}

function deviceLine({ what, device, kind, attempts, status, reason }: DeviceEvent): string {
  const details = [
    ...(status == null ? [] : [String(status)]),
    ...(reason == null ? [] : [reason]),
    ...(attempts === undefined || attempts < 2 ? [] : [`attempt ${attempts}`]),
  ];
  const push = kind === 'fallback' ? ' (fallback)' : '';
  return `${what} ${device}${push}${details.length === 0 ? '' : `: ${details.join(', ')}`}`;
}
