// What holds of pushes with SQLite holds with PostgreSQL: the same tests once more, on the other store.
import { keepDataIn } from '@carillon/testing/hub/store-place.ts';

keepDataIn('postgres');
await import('./push-four-devices.test.ts');
await import('./push-fallback.test.ts');
await import('./push-snooze.test.ts');
await import('./push-verdicts.test.ts');
await import('./push-mutes.test.ts');
