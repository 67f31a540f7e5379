// The requests of the loads, as text that is ready to be written. A create is the request that the documented page
// shows, with a date in the future and an appNotificationId of its own.
import { type BenchUser, hostName } from '../setup/world.ts';

const dayMs = 86_400_000;
const expirationDateTime = new Date(Date.now() + dayMs).toISOString();
let created = 0;

/** Always of the same length, so that the head can be made beforehand. */
export function nextName(): string {
  return `bench-${process.pid.toString(36).padStart(5, '0')}-${(++created).toString(36).padStart(8, '0')}`;
}

const [beforeName, afterName] = JSON.stringify({
  targetHostName: hostName,
  appNotificationId: '#',
  expirationDateTime,
  payload: { visualContent: { title: 'Hello World!', body: 'Notifications are Great!' } },
  targetPolicy: { platformTypes: ['windows', 'android'] },
  priority: 'High',
  groupName: 'TestGroup',
  displayTimeToLive: '60',
}).split('#') as [string, string];
const bodyBytes = beforeName.length + nextName().length + afterName.length;

export function createBody(name: string): string {
  return beforeName + name + afterName;
}

const path = '/beta/me/notifications';

type Caller = Pick<BenchUser, 'token'>;

/** Any other request with a body of JSON. */
export function postRequest(user: Caller, target: string, body: object): string {
  const text = JSON.stringify(body);
  const type = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n`;
  return head(`POST ${target}`, user) + type + text;
}

function head(start: string, { token }: Caller): string {
  return `${start} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n`;
}

function headOfCreate(user: BenchUser): string {
  return `${head(`POST ${path}`, user)}Content-Type: application/json\r\nContent-Length: ${bodyBytes}\r\n\r\n${beforeName}`;
}

export function createRequest(user: BenchUser, name: string): string {
  return headOfCreate(user) + name + afterName;
}

/** Creates for one user after another, round and round, each with a new name. */
export function createsFor(users: readonly BenchUser[]): () => string {
  const heads = users.map(headOfCreate);
  let next = 0;
  return () => {
    if (next === heads.length) next = 0;
    return (heads[next++] as string) + nextName() + afterName;
  };
}

/** Batch requests of so many creates, for one user after another. */
export function batchesFor(users: readonly BenchUser[], parts: number): () => string {
  const part = (index: number): string =>
    `{"id":"${index}","method":"POST","url":"/me/notifications","headers":{"Content-Type":"application/json"},"body":${createBody(nextName())}}`;
  const body = (): string =>
    `{"requests":[${Array.from({ length: parts }, (_, index) => part(index)).join()}]}`;
  const bytes = body().length;
  const type = `Content-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`;
  const heads = users.map((user) => head('POST /beta/$batch', user) + type);
  let next = 0;
  return () => {
    if (next === heads.length) next = 0;
    return (heads[next++] as string) + body();
  };
}

export function getRequest(user: Caller, target: string): string {
  return `${head(`GET ${target}`, user)}\r\n`;
}

export function countRequest(user: BenchUser): string {
  return getRequest(user, `${path}/$count`);
}

export function stateRequest(user: BenchUser, id: string): string {
  const body = '{"userActionState":"dismissed"}';
  const type = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
  return head(`PATCH ${path}/${id}`, user) + type + body;
}
