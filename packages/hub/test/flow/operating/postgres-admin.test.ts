// What holds of operators with SQLite holds with PostgreSQL: the same tests once more, on the other store.
import { keepDataIn } from '@carillon/testing/hub/store-place.ts';

keepDataIn('postgres');
await import('./admin.test.ts');
