// All sections, in the order of the API's description.
// A new section stands here and in the planted faults of the tests.
import type { Section } from './case.ts';
import { answeredCases } from './cases/answers.ts';
import { askingCases } from './cases/asking.ts';
import { batchCases } from './cases/batch.ts';
import { callerCases } from './cases/callers.ts';
import { changeNotificationCases } from './cases/change-notifications.ts';
import { contentCases } from './cases/content.ts';
import { answerCases, errorCases, statusCases } from './cases/create/answer.ts';
import { bodyCases } from './cases/create/body.ts';
import { headerCases } from './cases/create/headers.ts';
import { pageCases } from './cases/create/pages.ts';
import { documentCases } from './cases/documents.ts';
import { aroundCases, followingCases } from './cases/following.ts';
import { queryCases } from './cases/querying.ts';
import { readingCases } from './cases/reading.ts';
import { stateCases } from './cases/states.ts';
import { subscriptionCases } from './cases/subscriptions.ts';
import { versionCases } from './cases/versions.ts';

export const sections: readonly Section[] = [
  versionCases,
  pageCases,
  headerCases,
  bodyCases,
  answerCases,
  errorCases,
  statusCases,
  callerCases,
  subscriptionCases,
  readingCases,
  stateCases,
  followingCases,
  aroundCases,
  contentCases,
  askingCases,
  queryCases,
  batchCases,
  answeredCases,
  documentCases,
  changeNotificationCases,
];
