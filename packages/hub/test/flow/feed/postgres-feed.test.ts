// What holds of the feed with SQLite holds with PostgreSQL: the same tests once more, on the other store. Not those that
// drive the clock second by second (states): a sweep that is still asking PostgreSQL when the clock moves on is not a new one.
import { keepDataIn } from '@carillon/testing/hub/store-place.ts';

keepDataIn('postgres');
await import('./bulk-states.test.ts');
await import('./questions.test.ts');
await import('./replace.test.ts');
await import('./subscriptions.test.ts');
await import('./visual-content.test.ts');
