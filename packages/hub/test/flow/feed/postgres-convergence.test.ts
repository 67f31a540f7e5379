// Every view ends as the feed with PostgreSQL too: the same tests once more, on the other store.
import { runAgainOn } from '@carillon/testing/hub/store-place.ts';

await runAgainOn(
  'postgres',
  () => import('./convergence.test.ts'),
  () => import('../identity/access.test.ts'),
);
