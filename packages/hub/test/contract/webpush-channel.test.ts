import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSimulator, webPushProvider } from '@carillon/simulators';
import { systemClock } from '../../src/lib/clock.ts';
import { makeVapidKeys, type VapidKeys } from '../../src/model/vapid.ts';
import type { Push } from '../../src/push/channel.ts';
import { openWebPushChannel } from '../../src/push/channels/webpush/channel.ts';
import { openTransport } from '../../src/push/transport.ts';

