// Every bound of the wire, in one place, with its unit in its name. A limit refuses, it never truncates.
// The numbers of the wire live here only; code, schemas and documents take them from here.

export const limits = {
  bodyBytes: 64 * 1024,
  rawContentBytes: 32 * 1024,
  titleBytes: 1024,
  visualBodyBytes: 4 * 1024,
  /** Of what a notification shows and where it leads. */
  linkBytes: 2 * 1024,
  actions: 4,
  actionTitleCharacters: 64,
  actionInputCharacters: 1024,
  placeholderCharacters: 128,
  progressLabelCharacters: 128,
  /** Of a sound and a category. */
  appNameCharacters: 128,
  /** RFC 5646, section 4.4.1, asks for room for 35. */
  languageTagCharacters: 64,
  jsonDepth: 16,
  hostNameCharacters: 255,
  appNotificationIdCharacters: 256,
  groupNameCharacters: 256,
  installationIdCharacters: 256,
  displayNameCharacters: 256,
  pushAddressCharacters: 2048,
  displaySecondsMax: 2_592_000,
  expirationDaysMax: 30,
  expirationDaysDefault: 7,
  repeatHours: 24,
  fallbackDelaySecondsMin: 60,
  fallbackDelaySecondsMax: 600,
  leaseDaysDefault: 30,
  leaseDaysMax: 90,
  subscriptionsPerUserAndApp: 100,
  mutesPerUser: 50,
  /** Those that a token of one app sets, so that no app takes all that a person may have. */
  mutesPerApp: 20,
  muteBytesPerApp: 3 * 1024,
  preferencesBytes: 8 * 1024,
  batchRequests: 20,
  batchBodyBytes: 4 * 1024 * 1024,
  /** Of an id, a URL and a header in a batch. */
  batchIdCharacters: 256,
  batchUrlCharacters: 16 * 1024,
  batchHeaderCharacters: 16 * 1024,
  batchHeaders: 64,
  listPageDefault: 25,
  listPageMax: 100,
  deltaPageDefault: 100,
  deltaPageMax: 1000,
  /** A page of list or delta ends earlier rather than grow past this. */
  pageBytes: 1024 * 1024,
  filterCharacters: 8 * 1024,
  /** Comparisons of a filter, each value of a list being one. */
  filterTerms: 64,
  /** Brackets and `not`, one within another. */
  filterDepth: 16,
  /** How many rows a page, or a count, of a filter or order without an index reads. */
  filterRows: 5000,
  skipMax: 10_000,
  unsentAnswers: 32,
  unsentBytes: 16 * 1024 * 1024,
  connectionsPerAddress: 256,
  /** Of agents, on one node: each may wait for a person's answer. */
  agentRequestsPerApp: 1000,
  streamsPerConnection: 128,
  stalledSeconds: 30,
  /** What visits of the embedded provider leave stored that nobody has signed in by. */
  visitBytes: 4 * 1024,
  visitMinutes: 10,
  visits: 5000,
  /** Of the text of an answer, unless its action takes less. */
  replyCharacters: 1024,
  actionIdCharacters: 64,
  updateStateIds: 1000,
  updateStateBodyBytes: 256 * 1024,
  receiptsPerCall: 1000,
  streamsPerUser: 2000,
  /** On one node. */
  waitsPerApp: 1000,
  waitSecondsMax: 60,
  heartbeatSeconds: 25,
  positionSeconds: 60,
  ticketSeconds: 60,
  /** How long a stream that was opened by a ticket may be away and come back with it. */
  ticketAwaySeconds: 60,
  slowConsumerSeconds: 30,
  tombstoneDays: 30,
  expiredTombstoneHours: 24,
  clockToleranceSeconds: 60,
} as const;

/** Of what operators ask; beside the others, so that what runs on devices does not carry them. */
export const operatorLimits = {
  searchCharacters: 512,
  /** That one redrive looks at. */
  redriveMax: 1_000_000,
  redrivesAtOnce: 4,
  redrivesKept: 50,
  /** Failed deliveries whose causes are counted. */
  causesOf: 10_000,
  /** Credentials, and lanes with deliveries that are due, that an overview looks at. */
  healthOf: 200,
  found: 50,
} as const;

/** Of change notifications; beside the others, so that what runs on devices does not carry them. */
export const webhookLimits = {
  changeSubscriptionsPerUserAndApp: 1000,
  changeSubscriptions: 10_000,
  lifeMinutesMax: 43_200,
  clientStateCharacters: 128,
  certificateCharacters: 16 * 1024,
  certificateIdCharacters: 128,
  templateBytes: 8 * 1024,
  templatePlaceholders: 64,
  templateConstants: 16,
  templateConstantCharacters: 512,
  /** In one POST. */
  values: 100,
  bytes: 1024 * 1024,
  answerSeconds: 10,
  /** That wait for one endpoint; of more than that all are dropped, and `missed` is told. */
  waiting: 10_000,
  waitingBytes: 16 * 1024 * 1024,
} as const;
