// What holds of the feed with SQLite holds with PostgreSQL: the same tests once more, on the other store.
import { keepDataIn } from '../support/store-place.ts';

keepDataIn('postgres');
await import('./states.test.ts');
await import('./replace.test.ts');
await import('./subscriptions.test.ts');
await import('./streams.test.ts');
