// Creates that ring on all four platforms: otherwise the request of the other loads. They are shown for an hour, so that
// a push that comes late is still the same push.
import { platforms } from '../setup/push-writes.ts';
import type { BenchUser } from '../setup/world.ts';
import { createBody, nextName } from './requests.ts';

const shownSeconds = '3600';

const [beforeName, afterName] = JSON.stringify({
  ...(JSON.parse(createBody('#')) as object),
  targetPolicy: { platformTypes: platforms },
  displayTimeToLive: shownSeconds,
}).split('#') as [string, string];
const bodyBytes = beforeName.length + nextName().length + afterName.length;

/** For one user after another, round and round, each with a new name. */
export function ringingCreatesFor(users: readonly BenchUser[]): () => string {
  const heads = users.map(
    ({ token }) =>
      `POST /beta/me/notifications HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${bodyBytes}\r\n\r\n${beforeName}`,
  );
  let next = 0;
  return () => {
    if (next === heads.length) next = 0;
    return (heads[next++] as string) + nextName() + afterName;
  };
}
