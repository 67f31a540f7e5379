// A planted fault, loaded into a hub's process: `GET /me` answers an id that is a number.
// The tests of the watch (watch-answers.test.ts) prove by it that a wrong answer fails.
import { getMe } from '../../../../hub/src/operations/me/get.ts';

Object.assign(getMe, { run: () => ({ outcome: 'ok', json: '{"id":7}' }) });
