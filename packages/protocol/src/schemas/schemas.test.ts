import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Static } from 'typebox';
import type { Delivery, Explanation, ReceiptsAnswer, ReceiptsPost } from '../delivery.ts';
import type {
  Notification,
  NotificationPost,
  Removed,
  StatePatch,
  StateUpdate,
  StateUpdateAnswer,
} from '../notification.ts';
import type { NotificationApp } from '../notification-app.ts';
import type { NotificationPreferences, NotificationPreferencesPatch } from '../preferences.ts';
import type { Subscription, SubscriptionPatch, SubscriptionPost } from '../subscription.ts';
import {
  type deliverySchema,
  type explanationSchema,
  type notificationAppSchema,
  notificationPostSchema,
  type notificationSchema,
  type preferencesPatchSchema,
  type preferencesSchema,
  type receiptsAnswerSchema,
  type receiptsPostSchema,
  type removedSchema,
  type statePatchSchema,
  type stateUpdateAnswerSchema,
  type stateUpdateSchema,
  type subscriptionPatchSchema,
  type subscriptionPostSchema,
  type subscriptionSchema,
} from './index.ts';

// Each is `true` only when the two types accept exactly the same values; `tsc` is the test.
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
const held: [
  Same<Static<typeof notificationPostSchema>, NotificationPost>,
  Same<Static<typeof statePatchSchema>, StatePatch>,
  Same<Static<typeof stateUpdateSchema>, StateUpdate>,
  Same<Static<typeof subscriptionPostSchema>, SubscriptionPost>,
  Same<Static<typeof subscriptionPatchSchema>, SubscriptionPatch>,
  Same<Static<typeof receiptsPostSchema>, ReceiptsPost>,
  Same<Static<typeof notificationSchema>, Notification>,
  Same<Static<typeof notificationAppSchema>, NotificationApp>,
  Same<Static<typeof removedSchema>, Removed>,
  Same<Static<typeof stateUpdateAnswerSchema>, StateUpdateAnswer>,
  Same<Static<typeof receiptsAnswerSchema>, ReceiptsAnswer>,
  Same<Static<typeof deliverySchema>, Delivery>,
  Same<Static<typeof explanationSchema>, Explanation>,
  Same<Static<typeof preferencesSchema>, NotificationPreferences>,
  Same<Static<typeof preferencesPatchSchema>, NotificationPreferencesPatch>,
  Same<Omit<Static<typeof subscriptionSchema>, 'channel'>, Omit<Subscription, 'channel'>>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];

test('the schemas and the wire types accept the same values, or this file does not compile', () => {
  assert.ok(held.every(Boolean));
});

test('every object of a posted notification refuses unknown members and names its OData type', () => {
  const { properties } = notificationPostSchema;
  for (const level of [notificationPostSchema, properties.payload, properties.targetPolicy]) {
    assert.equal(Reflect.get(level, 'additionalProperties'), false);
    assert.equal(typeof Reflect.get(level, 'odataType'), 'string');
  }
});
