/**
 * An LDAP filter with `%s` in it (RFC 4515), read once into a tree. A value is put into
 * the tree's nodes, which are written in BER: it is never text of a filter, so no
 * character of it can mean anything.
 */
import {
  AndFilter,
  ApproximateFilter,
  EqualityFilter,
  ExtensibleFilter,
  type Filter,
  FilterParser,
  GreaterThanEqualsFilter,
  LessThanEqualsFilter,
  NotFilter,
  OrFilter,
  PresenceFilter,
  SubstringFilter,
} from "ldapts";

export type FilterTemplate = (value: string) => Filter;

const placeholder = "%s";

/** Throws an Error that says what is wrong with the template. */
export const parseFilterTemplate = (text: string): FilterTemplate => {
  const tree = FilterParser.parseString(text.trim());
  return (value) => filled(tree, value);
};

/** What is wrong with a filter; null: nothing. */
export const filterProblem = (text: string): string | null => {
  try {
    parseFilterTemplate(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : "This is no LDAP filter.";
  }
};

const put = (text: string, value: string): string => text.split(placeholder).join(value);

const filled = (filter: Filter, value: string): Filter => {
  if (filter instanceof AndFilter) {
    return new AndFilter({ filters: filter.filters.map((inner) => filled(inner, value)) });
  }
  if (filter instanceof OrFilter) {
    return new OrFilter({ filters: filter.filters.map((inner) => filled(inner, value)) });
  }
  if (filter instanceof NotFilter) return new NotFilter({ filter: filled(filter.filter, value) });
  if (filter instanceof EqualityFilter) {
    const { attribute } = filter;
    return new EqualityFilter({
      attribute,
      value: typeof filter.value === "string" ? put(filter.value, value) : filter.value,
    });
  }
  if (filter instanceof SubstringFilter) {
    const { attribute, initial, any, final } = filter;
    return new SubstringFilter({
      attribute,
      initial: put(initial, value),
      any: any.map((piece) => put(piece, value)),
      final: put(final, value),
    });
  }
  if (filter instanceof PresenceFilter) return filter;
  if (filter instanceof ApproximateFilter) {
    return new ApproximateFilter({ attribute: filter.attribute, value: put(filter.value, value) });
  }
  if (filter instanceof GreaterThanEqualsFilter) {
    return new GreaterThanEqualsFilter({
      attribute: filter.attribute,
      value: put(filter.value, value),
    });
  }
  if (filter instanceof LessThanEqualsFilter) {
    return new LessThanEqualsFilter({
      attribute: filter.attribute,
      value: put(filter.value, value),
    });
  }
  if (filter instanceof ExtensibleFilter) {
    const { rule, matchType, dnAttributes } = filter;
    return new ExtensibleFilter({ rule, matchType, dnAttributes, value: put(filter.value, value) });
  }
  throw new Error("This kind of filter is not supported.");
};

/** A value inside a distinguished name (RFC 4514 §2.4). */
export const escapeDn = (value: string): string =>
  value
    .replace(/[\\,+"<>;=#]/g, "\\$&")
    .replace(/\0/g, "\\00")
    .replace(/^ /, "\\ ")
    .replace(/ $/, "\\ ");
