// What holds of operators with SQLite holds with PostgreSQL: the same tests once more, on the other store.
import { runAgainOn } from '@carillon/testing/hub/store-place.ts';

await runAgainOn(
  'postgres',
  () => import('./admin.test.ts'),
  () => import('./looks.test.ts'),
);
