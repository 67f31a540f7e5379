// Questions in the inbox, in real Chromium: they are answered by pointer and keys, at once, and what was decided is said.
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { openHands } from './support/hands.ts';
import { settled } from './support/open-stage.ts';

const stage = openHands();
const { press, pass, show, sent, focused } = stage;
const row = (id: string) => stage.page.locator(`.row[data-row="${id}"]`);
const choices = (id: string) => row(id).locator('.choice');
const answer = (id: string) => row(id).locator('.answer').textContent();

beforeEach(async () => {
  await show({ feed: 'questions', inline: true });
  await choices('question-0').first().waitFor();
});

describe('a question', () => {
  test('is answered by a press, at once, and says what was answered; it opens nothing', async () => {
    assert.deepEqual(await choices('question-0').allTextContents(), [
      'Approve',
      'Reject',
      'Comment',
      'Read the log',
    ]);
    await choices('question-0').first().click();
    await settled(stage.page);
    assert.deepEqual(await sent(), ['respond question-0 approve']);
    assert.equal(await answer('question-0'), 'Your answer: Approve');
    assert.deepEqual(await choices('question-0').allTextContents(), ['Read the log'], 'its link stays');
    assert.equal(await focused(), 'question-0');
  });

  test('is answered by keys: to the choice, and Enter', async () => {
    await row('question-1').locator('.open').focus();
    await press('ArrowRight', 'ArrowRight', 'Enter');
    assert.deepEqual(await sent(), ['respond question-1 no']);
  });

  test('asks for a line of text, in which letters are letters, and Escape leaves it open', async () => {
    await choices('question-0').nth(2).click();
    const line = row('question-0').locator('input');
    await stage.page.waitForFunction(() =>
      globalThis.stage.element.shadowRoot!.activeElement?.matches('.line'),
    );
    assert.deepEqual(
      await line.evaluate((element: HTMLInputElement) => [
        element.getAttribute('aria-label'),
        element.maxLength,
      ]),
      ['What is missing?', 40],
    );
    await stage.page.keyboard.type('r s b z');
    await press('Escape');
    assert.equal(await focused(), 'question-0');
    assert.deepEqual(await sent(), []);
    await choices('question-0').nth(2).click();
    await row('question-0').locator('input').fill('The notes');
    await press('Enter');
    assert.deepEqual(await sent(), ['respond question-0 later The notes']);
    assert.equal(await answer('question-0'), 'Your answer: CommentThe notes');
  });

  test('asks twice where the answer destroys something', async () => {
    await choices('question-0').nth(1).click();
    await settled(stage.page);
    assert.deepEqual(await sent(), []);
    await row('question-0').getByRole('button', { name: 'Cancel' }).click();
    await settled(stage.page);
    assert.deepEqual(await sent(), []);
    await choices('question-0').nth(1).click();
    await settled(stage.page);
    await press('Enter');
    assert.deepEqual(await sent(), ['respond question-0 reject']);
  });

  test('counts down, and is closed when its time is over', async () => {
    assert.equal(await answer('question-1'), 'Answer in 42s');
    await pass(1000);
    assert.equal(await answer('question-1'), 'Answer in 41s');
    await pass(42_000);
    assert.equal(await answer('question-1'), 'Time ran out without an answer');
    assert.equal(await choices('question-1').count(), 0);
  });

  test('that was dismissed can still be answered, in the history', async () => {
    await stage.page.evaluate(() => globalThis.stage.feed.dismiss('question-1'));
    await stage.page.click('.tool.history');
    await settled(stage.page);
    await choices('question-1').first().click();
    await settled(stage.page);
    assert.deepEqual(await sent(), ['dismiss question-1', 'respond question-1 yes']);
  });
});

describe('an answer that came too late', () => {
  const says = () => stage.page.locator('.snacks').textContent();
  const decide = (more: object | null) =>
    stage.page.evaluate((given) => {
      const { feed } = globalThis.stage;
      const item = feed.all.find(({ id }) => id === 'question-0')!;
      feed.decide('question-0', given && { ...item, ...given });
    }, more);
  const response = { text: null, respondedDateTime: '2026-11-19T13:00:00.000Z' };

  for (const [what, more, words] of [
    [
      'another device was first',
      { response: { ...response, actionId: 'reject', respondedBy: 'user' } },
      /Already answered on another device: Reject/,
    ],
    [
      'the deadline was first',
      { response: { ...response, actionId: null, respondedBy: 'deadline' } },
      /Time ran out without an answer/,
    ],
    ['the question was replaced', { contentVersion: 2 }, /The question has changed since/],
    ['it is gone', null, /no longer open/],
  ] as const) {
    test(`is told as what was decided, not as an error: ${what}`, async () => {
      await decide(more);
      await settled(stage.page);
      assert.match((await says()) ?? '', words);
      assert.doesNotMatch((await says()) ?? '', /not accepted/);
      await stage.page.locator('.snack button').click();
      await settled(stage.page);
      assert.equal(await stage.page.locator('.snack').count(), 0);
    });
  }
});
