// The answers of the admin operations, as the schemas of the protocol say them: types alone, none of it is loaded.
// What changes there does not compile here.
import type { auditEntrySchema, userSchema } from '@carillon/protocol/schemas';
import type { Static } from 'typebox';

export type AuditEntry = Static<typeof auditEntrySchema>;
export type User = Static<typeof userSchema>;
