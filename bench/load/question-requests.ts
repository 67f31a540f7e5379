// Requests about questions, as text that is ready to be written: one that asks, one that waits, one that answers.
import type { BenchUser } from '../setup/world.ts';
import { getRequest } from './requests.ts';

const path = '/v1.0/me/notifications';
const question = {
  expirationDateTime: new Date(Date.now() + 86_400_000).toISOString(),
  payload: {
    visualContent: {
      title: 'Deploy?',
      actions: [
        { id: 'approve', title: 'Deploy' },
        { id: 'reject', title: 'No' },
      ],
    },
  },
  targetPolicy: { platformTypes: ['windows', 'android'] },
};

export function askRequest(user: BenchUser): string {
  return postRequest(user, path, JSON.stringify({ targetHostName: user.app.host, ...question }));
}

export function respondRequest(user: BenchUser, id: string): string {
  return postRequest(user, `${path}/${id}/respond`, '{"actionId":"approve"}');
}

export function waitRequest(user: BenchUser, id: string): string {
  return getRequest(user, responsePath(id, 60));
}

export function responsePath(id: string, waitSeconds: number): string {
  return `${path}/${id}/response?waitSeconds=${waitSeconds}`;
}

function postRequest({ token }: BenchUser, target: string, body: string): string {
  const head = `POST ${target} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n`;
  return `${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
