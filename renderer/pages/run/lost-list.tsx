import type { RunReport } from '../../../core/protocol/run.ts';
import { terms } from '../../texts/terms.ts';
import { lostTexts } from './texts.ts';

/** Cases that gave no figure, each with the reason: a failed check is a result too. */
export function LostList({ lost }: { lost: RunReport['lost'] }) {
  return (
    <section className="card" aria-label={lostTexts.title}>
      <h2>{lostTexts.title}</h2>
      <ul className="lost">
        {lost.map(({ id, model, plan, dtype, batch, reason }) => (
          <li key={id}>
            <strong>
              {model}, {plan}, {dtype}, {terms.batch.name.toLowerCase()} {batch}
            </strong>
            : {reason}
          </li>
        ))}
      </ul>
    </section>
  );
}
