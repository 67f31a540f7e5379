// Every view ends as the feed with PostgreSQL too: the same tests once more, on the other store.
import { keepDataIn } from '@carillon/testing/hub/store-place.ts';

keepDataIn('postgres');
await import('./convergence.test.ts');
await import('../identity/access.test.ts');
