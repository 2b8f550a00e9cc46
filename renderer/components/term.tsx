import type { texts } from '../texts.ts';

type Term = (typeof texts.terms)[keyof typeof texts.terms];

/** A word of ours, whose meaning shows where it is pointed at. */
export function TermName({ term }: { term: Term }) {
  return (
    <abbr title={term.meaning} className="term">
      {term.name}
    </abbr>
  );
}
