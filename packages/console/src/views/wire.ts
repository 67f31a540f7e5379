// The answers of the admin operations, as the schemas of the protocol say them: types alone, none of it is loaded.
// What changes there does not compile here.
import type {
  appAnswerSchema,
  auditEntrySchema,
  channelCheckSchema,
  failureCauseSchema,
  foundSchema,
  hostAnswerSchema,
  nodeSchema,
  overviewSchema,
  personSchema,
  redriveJobPostSchema,
  redriveJobSchema,
  shownChangeSubscriptionSchema,
  shownCredentialsSchema,
  shownDeliverySchema,
  shownSubscriptionSchema,
  timelineSchema,
  userSchema,
  userSessionSchema,
} from '@carillon/protocol/schemas';
import type { Static } from 'typebox';

export type App = Static<typeof appAnswerSchema>;
export type Host = Static<typeof hostAnswerSchema>;
export type AuditEntry = Static<typeof auditEntrySchema>;
export type ChannelCheck = Static<typeof channelCheckSchema>;
export type ChangeSubscription = Static<typeof shownChangeSubscriptionSchema>;
export type Credentials = Static<typeof shownCredentialsSchema>;
export type Node = Static<typeof nodeSchema>;
export type Found = Static<typeof foundSchema>;
export type Overview = Static<typeof overviewSchema>;
export type FailedDelivery = Static<typeof shownDeliverySchema>;
export type FailureCause = Static<typeof failureCauseSchema>;
export type RedriveJob = Static<typeof redriveJobSchema>;
export type RedrivePost = Static<typeof redriveJobPostSchema>;
export type ShownSubscription = Static<typeof shownSubscriptionSchema>;
export type Timeline = Static<typeof timelineSchema>;
export type User = Static<typeof userSchema>;
export type Person = Static<typeof personSchema>;
export type UserSession = Static<typeof userSessionSchema>;
