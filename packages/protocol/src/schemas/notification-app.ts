// The schema of an app that notifications come from.
// What operators see of an app is in admin.ts.

import { limits } from '../limits.ts';
import { nullable, strictObject } from './build.ts';
import { Type } from './type.ts';

export const notificationAppSchema = strictObject({
  id: Type.String(),
  displayName: nullable(Type.String()),
  iconUrl: nullable(Type.String()),
  hostNames: Type.Array(Type.String({ minLength: 1, maxLength: limits.hostNameCharacters })),
});
