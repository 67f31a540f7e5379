// The pages of the site at /docs, in the order of its navigation: which document each is made from, and its address below /docs.
// A document that stands here is served; a link to any other file of the repository is shown as its name.

export interface SitePage {
  /** From the top of the repository. */
  readonly document: string;
  /** Below /docs; the front has none. */
  readonly address: string;
  /** In the navigation. */
  readonly name: string;
}

interface Section {
  readonly name: string;
  readonly pages: readonly SitePage[];
}

export const front: SitePage = { document: 'docs/README.md', address: '', name: 'Overview' };

/** The viewer of /openapi.json: a page of its own, built beside the site. */
export const reference: SitePage = {
  document: 'docs/openapi.json',
  address: 'reference',
  name: 'Every operation',
};

const inDocs = (path: string, name: string): SitePage => ({
  document: `docs/${path}.md`,
  address: path,
  name,
});
const elsewhere = (document: string, address: string, name: string): SitePage => ({
  document,
  address,
  name,
});

export const sections: readonly Section[] = [
  { name: 'Start', pages: [front, inDocs('start', 'Two minutes to a notification')] },
  {
    name: 'Concepts',
    pages: [
      inDocs('concepts/feed', 'The feed and its changes'),
      inDocs('concepts/settling', 'Settling on all devices'),
      inDocs('concepts/deliveries', 'Deliveries and verdicts'),
      inDocs('concepts/questions', 'Questions'),
      inDocs('concepts/apps', 'Apps and host names'),
      inDocs('concepts/nodes', 'Nodes'),
    ],
  },
  {
    name: 'Guides',
    pages: [
      inDocs('guides/sender', 'For the sender'),
      inDocs('guides/receiver', 'For the receiver'),
      inDocs('guides/operator', 'For the operator'),
      inDocs('guides/person', 'For the person'),
    ],
  },
  {
    name: 'Sending',
    pages: [
      elsewhere('packages/server/README.md', 'server', 'TypeScript: @carillon/server'),
      inDocs('clients', 'Python, Go and others'),
      inDocs('asking', 'Asking'),
      inDocs('webhooks', 'Webhooks'),
      inDocs('agents', 'Agents'),
      inDocs('platforms', 'What each platform shows'),
    ],
  },
  {
    name: 'Receiving',
    pages: [
      elsewhere('packages/client/README.md', 'client', 'The client library'),
      elsewhere('packages/inbox/README.md', 'inbox', 'The inbox component'),
      inDocs('compat', "Microsoft's web SDK"),
    ],
  },
  {
    name: 'Operating',
    pages: [
      inDocs('operating', 'Running a hub'),
      inDocs('deploying', 'Deploying'),
      inDocs('reverse-proxies', 'Behind a reverse proxy'),
      inDocs('console', 'The console'),
      inDocs('capacity', 'Capacity'),
      inDocs('threat-model', 'Threat model'),
    ],
  },
  {
    name: 'Moving here',
    pages: [
      inDocs('migrate-from-graph', 'From Microsoft Graph'),
      inDocs('migrate-from-firebase', 'From Firebase'),
      inDocs('migrate-from-ntfy', 'From ntfy'),
    ],
  },
  {
    name: 'Reference',
    pages: [
      reference,
      inDocs('api', 'The API in words'),
      inDocs('commands', 'Commands'),
      inDocs('configuration', 'Configuration'),
      inDocs('metrics', 'Metrics'),
      elsewhere('GLOSSARY.md', 'glossary', 'Glossary'),
      elsewhere('CHANGELOG.md', 'changelog', 'Changelog'),
    ],
  },
  {
    name: 'Evidence',
    pages: [
      inDocs('evidence', 'What is tested, and how'),
      elsewhere('bench/RESULTS.md', 'measured', 'Measured'),
      elsewhere('ARCHITECTURE.md', 'architecture', 'Architecture'),
      elsewhere('packages/client/SPEC.md', 'client-promises', 'Promises of the client'),
    ],
  },
];

/** What is made from a document, in the order of the navigation. */
export const pages: readonly SitePage[] = sections
  .flatMap((section) => section.pages)
  .filter((page) => page !== reference);

/** What a hub answers for a document that is no page: its own, which may be newer. */
const answers: Readonly<Record<string, string>> = {
  [reference.document]: '/docs/reference',
  'docs/metadata.xml': '/v1.0/$metadata',
};

/** From the root of the hub; undefined: it is not served. */
export function placeOf(document: string): string | undefined {
  const page = pages.find((each) => each.document === document);
  if (page) return placeOfPage(page);
  return answers[document];
}

export function placeOfPage({ address }: SitePage): string {
  return address === '' ? '/docs' : `/docs/${address}`;
}

/** The relative link between two places of the hub, which may be served below any path. */
export function linkBetween(from: string, to: string): string {
  const [start, end] = [from, to].map((place) => place.split('/').slice(1, -1));
  if (!start || !end) throw new Error(`${from} and ${to} must begin with a slash`);
  let shared = 0;
  while (shared < start.length && start[shared] === end[shared]) shared += 1;
  const last = to.slice(to.lastIndexOf('/') + 1);
  return ['..']
    .flatMap((up) => start.slice(shared).map(() => up))
    .concat(end.slice(shared), last)
    .join('/');
}
