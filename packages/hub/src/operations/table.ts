// All operations on one screen. Each is one value in one file; a new one is its file and a line here.
// Routes, access, 405 and CORS, the tables of docs/api.md and the access tests are made from this list.

import { getApp } from './admin/apps/get.ts';
import { listApps } from './admin/apps/list.ts';
import { putApp } from './admin/apps/put.ts';
import { updateApp } from './admin/apps/update.ts';
import { allowEnds } from './admin/channels/allow-ends.ts';
import { checkChannel } from './admin/channels/check.ts';
import { deleteChannel } from './admin/channels/delete.ts';
import { getChannel } from './admin/channels/get.ts';
import { listChannels } from './admin/channels/list.ts';
import { putChannel } from './admin/channels/put.ts';
import { listFailedDeliveries } from './admin/deliveries/list-failed.ts';
import { redriveDeliveries } from './admin/deliveries/redrive.ts';
import { addHost } from './admin/hosts/add.ts';
import { getHost } from './admin/hosts/get.ts';
import { removeHost } from './admin/hosts/remove.ts';
import { verifyHost } from './admin/hosts/verify.ts';
import { listAudit } from './admin/list-audit.ts';
import { listNodes } from './admin/list-nodes.ts';
import { listUserSubscriptions } from './admin/list-user-subscriptions.ts';
import { explainForUser } from './admin/notifications/explain.ts';
import { getTimeline } from './admin/notifications/timeline.ts';
import { getOverview } from './admin/overview.ts';
import { cancelRedrive } from './admin/redrives/cancel.ts';
import { getRedrive } from './admin/redrives/get.ts';
import { listRedrives } from './admin/redrives/list.ts';
import { listFailureCauses } from './admin/redrives/list-causes.ts';
import { startRedrive } from './admin/redrives/start.ts';
import { search } from './admin/search.ts';
import { createUser } from './admin/users/create.ts';
import { deleteUser } from './admin/users/delete.ts';
import { deleteUserSession } from './admin/users/delete-session.ts';
import { disableUser } from './admin/users/disable.ts';
import { enableUser } from './admin/users/enable.ts';
import { exportUser } from './admin/users/export.ts';
import { getUser } from './admin/users/get.ts';
import { listUsers } from './admin/users/list.ts';
import { listUserSessions } from './admin/users/list-sessions.ts';
import { setUserPassword } from './admin/users/set-password.ts';
import { deleteWebhook } from './admin/webhooks/delete.ts';
import { listAllChangeSubscriptions } from './admin/webhooks/list.ts';
import { listNotificationApps } from './apps/list.ts';
import { runBatch } from './batch/run.ts';
import { createReceipts } from './deliveries/create-receipts.ts';
import { listDeliveries } from './deliveries/list.ts';
import { deleteOwnDevice } from './devices/delete.ts';
import { listOwnDevices } from './devices/list.ts';
import { updateOwnDevice } from './devices/update.ts';
import type { Operation } from './kernel/operation.ts';
import { exportMe } from './me/export.ts';
import { getMe } from './me/get.ts';
import { countNotifications } from './notifications/count.ts';
import { createNotification } from './notifications/create.ts';
import { deleteNotification } from './notifications/delete.ts';
import { explainNotification } from './notifications/explain.ts';
import { getNotification } from './notifications/get.ts';
import { listNotifications } from './notifications/list.ts';
import { readDelta } from './notifications/read-delta.ts';
import { readResponse } from './notifications/read-response.ts';
import { respondToNotification } from './notifications/respond.ts';
import { updateNotification } from './notifications/update.ts';
import { updateStates } from './notifications/update-states.ts';
import { getAppIcon } from './pictures/get-app-icon.ts';
import { getPicture } from './pictures/get-picture.ts';
import { getPreferences } from './preferences/get.ts';
import { updatePreferences } from './preferences/update.ts';
import { deleteOwnSession } from './sessions/delete.ts';
import { listOwnSessions } from './sessions/list.ts';
import { createStreamTicket } from './streams/create-ticket.ts';
import { openStream } from './streams/open.ts';
import { createSubscription } from './subscriptions/create.ts';
import { deleteSubscription } from './subscriptions/delete.ts';
import { getSubscription } from './subscriptions/get.ts';
import { listSubscriptions } from './subscriptions/list.ts';
import { updateSubscription } from './subscriptions/update.ts';
import { createChangeSubscription } from './webhooks/create.ts';
import { deleteChangeSubscription } from './webhooks/delete.ts';
import { getChangeSubscription } from './webhooks/get.ts';
import { listChangeSubscriptions } from './webhooks/list.ts';
import { reauthorizeChangeSubscription } from './webhooks/reauthorize.ts';
import { rotateWebhookSecret } from './webhooks/rotate-secret.ts';
import { updateChangeSubscription } from './webhooks/update.ts';

export const operationTable: readonly Operation[] = [
  createNotification,
  listNotifications,
  countNotifications,
  getNotification,
  updateNotification,
  deleteNotification,
  updateStates,
  respondToNotification,
  readResponse,
  readDelta,
  openStream,
  createStreamTicket,
  listDeliveries,
  createReceipts,
  explainNotification,
  createSubscription,
  listSubscriptions,
  getSubscription,
  updateSubscription,
  deleteSubscription,
  runBatch,
  createChangeSubscription,
  listChangeSubscriptions,
  getChangeSubscription,
  updateChangeSubscription,
  deleteChangeSubscription,
  reauthorizeChangeSubscription,
  rotateWebhookSecret,
  listNotificationApps,
  getMe,
  exportMe,
  getAppIcon,
  getPicture,
  getPreferences,
  updatePreferences,
  listOwnSessions,
  deleteOwnSession,
  listOwnDevices,
  updateOwnDevice,
  deleteOwnDevice,
  listApps,
  getApp,
  putApp,
  updateApp,
  addHost,
  getHost,
  verifyHost,
  removeHost,
  listChannels,
  getChannel,
  putChannel,
  deleteChannel,
  allowEnds,
  checkChannel,
  listUsers,
  createUser,
  getUser,
  deleteUser,
  setUserPassword,
  disableUser,
  enableUser,
  listUserSessions,
  deleteUserSession,
  exportUser,
  listUserSubscriptions,
  explainForUser,
  listFailedDeliveries,
  listAllChangeSubscriptions,
  deleteWebhook,
  redriveDeliveries,
  listFailureCauses,
  startRedrive,
  listRedrives,
  getRedrive,
  cancelRedrive,
  listAudit,
  search,
  getTimeline,
  getOverview,
  listNodes,
];
