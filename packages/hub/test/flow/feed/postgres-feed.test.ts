// What holds of the feed with SQLite holds with PostgreSQL: the same tests once more, on the other store. Not those that
// drive the clock second by second (states): a sweep that is still asking PostgreSQL when the clock moves on is not a new one.
import { runAgainOn } from '@carillon/testing/hub/store-place.ts';

await runAgainOn(
  'postgres',
  () => import('./bulk-states.test.ts'),
  () => import('./questions.test.ts'),
  () => import('./replace.test.ts'),
  () => import('./subscriptions.test.ts'),
  () => import('./visual-content.test.ts'),
);
