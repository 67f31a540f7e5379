// `$filter` -> a typed filter, or 400 that names the position and what would be right. Operators bind in the order of the
// contract: (), not, gt ge lt le, eq ne, and, or. So `not a eq b` is `(not a) eq b`, which makes no sense, and is refused with
// where the brackets belong. `in` binds like a call, tighter than `not` (OData 4.01, part 2, section 5.1.1.14).
import { limits } from '@carillon/protocol';
import { invalid } from '../../model/errors.ts';
import {
  type Comparison,
  comparisons,
  type DateProperty,
  dateProperties,
  type Filter,
  filterProperties,
  type TextProperty,
  textProperties,
} from '../../model/query/filter.ts';
import { FilterFault, type Token, tokensOf } from './tokens.ts';

/** What an expression is while it is read: true or false, a property, or a value. `at` is its position. */
type Part = BooleanPart | PropertyPart | ValuePart;
type BooleanPart = { readonly kind: 'filter'; readonly at: number; readonly filter: Filter };
type PropertyPart =
  | { readonly kind: 'property'; readonly type: 'text'; readonly at: number; readonly property: TextProperty }
  | {
      readonly kind: 'property';
      readonly type: 'date';
      readonly at: number;
      readonly property: DateProperty;
    };
type ValuePart = { readonly kind: 'value'; readonly at: number; readonly value: string | number | null };

export function parseFilter(text: string, name = '$filter'): Filter {
  if (text.length > limits.filterCharacters)
    throw invalid(`${name} must have at most ${limits.filterCharacters} characters.`, name);
  try {
    return new Parser(tokensOf(text)).filter();
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    throw invalid(`${name} is wrong at position ${error.at + 1}: ${error.message}.`, name);
  }
}

const relational: readonly string[] = ['gt', 'ge', 'lt', 'le'];
const equality: readonly string[] = ['eq', 'ne'];
const operators: readonly string[] = [...comparisons, 'and', 'or', 'in', 'not'];
const flipped: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  ge: 'le',
  lt: 'gt',
  le: 'ge',
};

class Parser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #terms = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  filter(): Filter {
    if (this.#tokens.length === 1) throw this.#fault("a filter is missing, such as readState eq 'unread'");
    const filter = whole(this.#or());
    const { kind, text } = this.#token;
    if (kind === 'end') return filter;
    if (kind === 'close') throw this.#fault('this bracket closes none');
    throw this.#fault(`"${text}" can not stand here: join comparisons with "and" or "or"`);
  }

  get #token(): Token {
    return this.#tokens[this.#next] as Token;
  }

  #fault(message: string): FilterFault {
    return new FilterFault(this.#token.at, message);
  }

  /** Takes the operator that stands next if it is one of these. Their names may be in any case. */
  #take(names: readonly string[]): string | null {
    const { kind, text } = this.#token;
    const name = text.toLowerCase();
    if (kind !== 'word' || !names.includes(name)) return null;
    this.#next++;
    return name;
  }

  #or(): Part {
    return this.#joined('or', () => this.#joined('and', () => this.#equal()));
  }

  #joined(kind: 'and' | 'or', operand: () => Part): Part {
    const first = operand();
    if (this.#token.text.toLowerCase() !== kind) return first;
    const of = [whole(first)];
    while (this.#take([kind])) of.push(whole(operand()));
    return { kind: 'filter', at: first.at, filter: { kind, of } };
  }

  #equal(): Part {
    return this.#compared(equality, () => this.#compared(relational, () => this.#unary()));
  }

  #compared(names: readonly string[], operand: () => Part): Part {
    let left = operand();
    for (let name = this.#take(names); name !== null; name = this.#take(names))
      left = this.#comparison(left, name as Comparison, operand());
    return left;
  }

  #comparison(left: Part, comparison: Comparison, right: Part): Part {
    const joined = [left, right].find(({ kind }) => kind === 'filter');
    if (joined)
      throw new FilterFault(
        joined.at,
        `"${comparison}" compares a property with a value, and this is true or false: join comparisons with "and" or "or"`,
      );
    if (left.kind === 'property' && right.kind === 'value') return this.#term(left, comparison, right);
    if (left.kind === 'value' && right.kind === 'property')
      return this.#term(right, flipped[comparison], left);
    throw new FilterFault(right.at, `"${comparison}" compares a property with a value`);
  }

  #term(part: PropertyPart, comparison: Comparison, { value, at }: ValuePart): BooleanPart {
    this.#countTerm(part.at);
    if (part.type === 'text') {
      if (typeof value === 'number')
        throw new FilterFault(
          at,
          `${part.property} is compared with a text in single quotes, not with a date`,
        );
      const filter = { kind: 'text', property: part.property, comparison, value } as const;
      return { kind: 'filter', at: part.at, filter };
    }
    if (typeof value === 'string')
      throw new FilterFault(
        at,
        `${part.property} is compared with a date without quotes, such as 2026-11-30T12:00:00Z`,
      );
    const filter = { kind: 'date', property: part.property, comparison, value } as const;
    return { kind: 'filter', at: part.at, filter };
  }

  #countTerm(at: number): void {
    if (++this.#terms > limits.filterTerms)
      throw new FilterFault(
        at,
        `at most ${limits.filterTerms} comparisons are taken, each value of a list being one`,
      );
  }

  #unary(): Part {
    const { at } = this.#token;
    if (!this.#take(['not'])) return this.#listed(this.#primary());
    const operand = this.#deeper(at, () => this.#unary());
    if (operand.kind === 'filter') return { kind: 'filter', at, filter: { kind: 'not', of: operand.filter } };
    const example = operand.kind === 'property' ? operand.property : 'groupName';
    throw new FilterFault(
      at,
      `brackets are missing: "not" binds tighter than a comparison, so put them around it, as in not (${example} eq …)`,
    );
  }

  #deeper<T>(at: number, read: () => T): T {
    if (++this.#depth > limits.filterDepth)
      throw new FilterFault(at, `brackets and "not" are nested at most ${limits.filterDepth} deep`);
    const part = read();
    this.#depth--;
    return part;
  }

  #listed(left: Part): Part {
    if (!this.#take(['in'])) return left;
    if (left.kind !== 'property')
      throw new FilterFault(left.at, '"in" takes a property before it and values in brackets after it');
    this.#expect('open', "\"in\" takes values in brackets, such as ('news','alerts')");
    const of: Filter[] = [];
    do {
      const part = this.#primary();
      if (part.kind !== 'value') throw new FilterFault(part.at, 'a list holds values only');
      of.push(whole(this.#term(left, 'eq', part)));
    } while (this.#takeMark('comma'));
    this.#expect('close', 'a list ends with a bracket, and its values are separated by commas');
    return { kind: 'filter', at: left.at, filter: { kind: 'or', of } };
  }

  #takeMark(kind: Token['kind']): boolean {
    if (this.#token.kind !== kind) return false;
    this.#next++;
    return true;
  }

  #expect(kind: Token['kind'], message: string): void {
    if (!this.#takeMark(kind)) throw this.#fault(message);
  }

  #primary(): Part {
    const token = this.#token;
    const { at, text } = token;
    switch (token.kind) {
      case 'open': {
        this.#next++;
        const part = this.#deeper(at, () => this.#or());
        this.#expect('close', `the bracket of position ${at + 1} is not closed`);
        return part.kind === 'filter' ? { ...part, at } : part;
      }
      case 'string':
      case 'date':
        this.#next++;
        return { kind: 'value', at, value: token.value };
      case 'word':
        return this.#word(at, text);
      case 'end':
        throw this.#fault('the filter ends where a property or a value is expected');
      default:
        throw this.#fault(
          `"${text}" can not stand here: expected is a property, a text in single quotes, a date or null`,
        );
    }
  }

  #word(at: number, text: string): Part {
    if (operators.includes(text.toLowerCase()))
      throw this.#fault(`a property or a value is missing before "${text}"`);
    this.#next++;
    if (text === 'null') return { kind: 'value', at, value: null };
    if (this.#token.kind === 'open') return this.#call(at, text);
    const property = propertyAt(at, text);
    if (property) return property;
    throw new FilterFault(at, `"${text}" can not be filtered by: known are ${filterProperties.join(', ')}`);
  }

  #call(at: number, text: string): Part {
    if (text.toLowerCase() !== 'startswith')
      throw new FilterFault(at, `the function "${text}" is not supported: startswith(groupName,'x') is`);
    this.#next++;
    const of = this.#primary();
    this.#expect('comma', 'startswith takes a property and a text, separated by a comma');
    const prefix = this.#primary();
    this.#expect('close', 'startswith takes two arguments: a bracket closes it after the second');
    if (of.kind !== 'property' || of.type !== 'text')
      throw new FilterFault(of.at, `startswith takes one of ${textProperties.join(', ')} first`);
    if (prefix.kind !== 'value' || typeof prefix.value !== 'string')
      throw new FilterFault(prefix.at, 'startswith takes a text in single quotes as its second argument');
    this.#countTerm(at);
    const filter = { kind: 'startsWith', property: of.property, value: prefix.value } as const;
    return { kind: 'filter', at, filter };
  }
}

function propertyAt(at: number, text: string): PropertyPart | null {
  const ofText = textProperties.find((each) => each === text);
  if (ofText !== undefined) return { kind: 'property', type: 'text', at, property: ofText };
  const ofDate = dateProperties.find((each) => each === text);
  return ofDate === undefined ? null : { kind: 'property', type: 'date', at, property: ofDate };
}

/** Of what must be true or false. */
function whole(part: Part): Filter {
  if (part.kind === 'filter') return part.filter;
  const what = part.kind === 'property' ? `"${part.property}" alone` : 'a value alone';
  throw new FilterFault(
    part.at,
    `${what} is neither true nor false: compare a property with a value, such as readState eq 'unread'`,
  );
}
