// `OData-MaxVersion`: the highest version that the caller reads. Answers are of version 4.0, so who reads only lower ones is
// refused (OData 4.01, part 1, section 8.2.7).
import { invalid } from '../../model/errors.ts';

const name = 'OData-MaxVersion';
const lowest = 4;

/** What is no number of a version asks for nothing. */
export function checkMaxVersion(asked: string | null): void {
  if (asked !== null && Number.parseFloat(asked) < lowest)
    throw invalid(`${name} must be 4.0 or higher: answers are of OData 4.0.`, name);
}
