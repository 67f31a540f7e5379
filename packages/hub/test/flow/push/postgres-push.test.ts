// What holds of pushes with SQLite holds with PostgreSQL: the same tests once more, on the other store.
import { runAgainOn } from '@carillon/testing/hub/store-place.ts';

await runAgainOn(
  'postgres',
  () => import('./push-four-devices.test.ts'),
  () => import('./push-fallback.test.ts'),
  () => import('./push-snooze.test.ts'),
  () => import('./push-verdicts.test.ts'),
  () => import('./push-mutes.test.ts'),
  () => import('./push-timeline.test.ts'),
);
