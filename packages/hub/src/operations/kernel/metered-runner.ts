// Counts what the runner is asked and what it answers, around it: no operation counts by itself. A fault of headers or of
// JSON that the edge finds before or after the runner is no answer of an operation.
import { type ErrorKind, statusOf } from '@carillon/protocol';
import { HubError } from '../../model/errors.ts';
import { StoreError } from '../../store/store.ts';
import type { Tallies } from '../../telemetry/metrics/tallies.ts';
import type { Operation } from './operation.ts';
import type { Arrival, Runner } from './run.ts';

type Asked = Pick<Arrival, 'operation' | 'version'>;

export function meterRunner(runner: Runner, tallies: Tallies): Runner {
  const requests = tallies.counter('carillon_requests_total');
  const throttled = tallies.counter('carillon_throttled_total');
  const answers = tallies.counter('carillon_answers_total');
  const answered = ({ name }: Operation, status: number): void => answers.addTo([name, String(status)]);
  const refused = ({ operation, version }: Asked, error: unknown): void => {
    const kind = kindOf(error);
    if (kind === 'throttled') throttled.add();
    answered(operation, statusOf(kind, version));
  };

  return {
    ...runner,
    admit(arrival) {
      requests.add();
      try {
        const admitted = runner.admit(arrival);
        if (admitted instanceof Promise) admitted.catch((error: unknown) => refused(arrival, error));
        return admitted;
      } catch (error) {
        refused(arrival, error);
        throw error;
      }
    },
    admitPart(whole, part) {
      requests.add();
      try {
        return runner.admitPart(whole, part);
      } catch (error) {
        refused({ ...whole.arrival, ...part }, error);
        throw error;
      }
    },
    async run(admission, request) {
      const { arrival } = admission;
      try {
        const answer = await runner.run(admission, request);
        answered(arrival.operation, answer.status);
        return answer;
      } catch (error) {
        refused(arrival, error);
        throw error;
      }
    },
  };
}

function kindOf(error: unknown): ErrorKind {
  if (error instanceof HubError) return error.kind;
  return error instanceof StoreError ? 'unavailable' : 'generalException';
}
