// A planted fault or more for each section: what a hub with that fault would answer. The cases of the section must find it.
import type { Fault, Passing } from './mutating-proxy.ts';

export interface Mutant {
  readonly section: string;
  readonly what: string;
  readonly fault: Fault;
}

/** Changes the JSON of successful answers to these requests. */
// biome-ignore lint/suspicious/noExplicitAny: any answer
function onJson(method: string, path: RegExp, change: (json: any) => void): Fault {
  return {
    answered(passing) {
      if (
        passing.method !== method ||
        !path.test(passing.path) ||
        passing.status >= 300 ||
        passing.text === ''
      )
        return;
      const json = JSON.parse(passing.text);
      change(json);
      passing.text = JSON.stringify(json);
    },
  };
}

function onAnswer(holds: (passing: Passing) => boolean, change: (passing: Passing) => void): Fault {
  return {
    answered(passing) {
      if (holds(passing)) change(passing);
    },
  };
}

const ok = (passing: Passing): void => {
  passing.status = 200;
};

export const mutants: readonly Mutant[] = [
  {
    section: '1',
    what: 'a trailing slash is no route',
    fault: {
      asked(passing) {
        passing.path = passing.path.replace(/\/($|\?)/, '/nothing$1');
      },
    },
  },
  {
    section: '2',
    what: 'displayTimeToLive is answered as it was given',
    fault: onJson('POST', /notifications|activities/, (json) => {
      json.displayTimeToLive = 60;
    }),
  },
  {
    section: '2.1',
    what: 'client-request-id is not echoed',
    fault: onAnswer(
      () => true,
      ({ headers }) => {
        headers['client-request-id'] = headers['request-id'];
      },
    ),
  },
  {
    section: '2.2',
    what: 'unknown members are ignored',
    fault: {
      asked(passing) {
        passing.text = passing.text.replace(/,"notAMember":1|"notAMember":1,/, '');
      },
    },
  },
  {
    section: '2.3',
    what: 'Location is of another host',
    fault: onAnswer(
      ({ headers }) => headers.location !== undefined,
      ({ headers }) => {
        headers.location = String(headers.location).replace('127.0.0.1', 'localhost');
      },
    ),
  },
  {
    section: '2.4',
    what: 'failures have no innerError',
    fault: onAnswer(
      ({ status, headers }) => status >= 400 && /json/.test(String(headers['content-type'])),
      (passing) => {
        const { error } = JSON.parse(passing.text);
        passing.text = JSON.stringify({
          error: { code: error.code, message: error.message, innerError: {} },
        });
      },
    ),
  },
  {
    section: '2.5',
    what: 'no such method is 404',
    fault: onAnswer(
      ({ status }) => status === 405,
      (passing) => {
        passing.status = 404;
      },
    ),
  },
  {
    section: '3',
    what: "the app itself sees the person's feed",
    fault: onAnswer(({ method, status }) => method === 'GET' && status === 403, ok),
  },
  {
    section: '4',
    what: 'an installation is registered twice',
    fault: onJson('POST', /notificationSubscriptions/, (json) => {
      json.id += Math.random();
    }),
  },
  {
    section: '5',
    what: 'the delta leaves removed ones out',
    fault: onJson('GET', /\/delta/, (json) => {
      json.value = json.value.filter((each: object) => !('@removed' in each));
    }),
  },
  {
    section: '6',
    what: 'the admin API asks for no token',
    fault: onAnswer(({ path, status }) => path.startsWith('/admin') && status === 401, ok),
  },
  {
    section: '9',
    what: 'a picture may come by http',
    fault: {
      asked(passing) {
        passing.text = passing.text.replace(
          '"http://contoso.example/x.png"',
          '"https://contoso.example/x.png"',
        );
      },
    },
  },
  {
    section: '10',
    what: 'a second answer counts',
    fault: onAnswer(({ status }) => status === 409, ok),
  },
  {
    section: '11',
    what: 'a part runs though what it depends on failed',
    fault: {
      asked(passing) {
        passing.text = passing.text.replaceAll(/,"dependsOn":\[[^\]]*\]/g, '');
      },
    },
  },
  {
    section: '11',
    what: '$metadata has no notifications of users',
    fault: onAnswer(
      ({ path }) => path.includes('$metadata'),
      (passing) => {
        passing.text = passing.text.replace(/"notifications":/, '"letters":');
      },
    ),
  },
  {
    section: '12',
    what: 'a subscription forgets its clientState',
    fault: onJson('GET', /\/subscriptions\/[^?]+$/, (json) => {
      json.clientState = null;
    }),
  },
];
