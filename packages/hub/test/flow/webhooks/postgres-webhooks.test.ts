// What endpoints are told, once more over PostgreSQL.
import { runAgainOn } from '@carillon/testing/hub/store-place.ts';

await runAgainOn('postgres', () => import('./change-subscriptions.test.ts'));
