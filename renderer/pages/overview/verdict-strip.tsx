import type { AnswerLine, MachineAnswer } from '../../../core/protocol/answers.ts';
import { Reason } from '../../components/reason.tsx';
import { overviewTexts } from './texts.ts';

/** Is this machine as it should be? A line each of compute, memory, validity and noise. */
export function VerdictStrip({ answer }: { answer: MachineAnswer }) {
  const words = overviewTexts.verdict;
  return (
    <section className="card" aria-label={words.title}>
      <ul className="verdict-strip">
        {answer.lines.map((line) => (
          <li key={line.subject} className={line.state}>
            <State line={line} />
            <span>{line.sentence}</span>
            <Reason text={line.reason} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A word and a sign, so that colour is not all that tells. */
function State({ line: { state } }: { line: AnswerLine }) {
  const words = overviewTexts.verdict;
  return (
    <strong className="state">
      <span aria-hidden="true">{words.marks[state]}</span> {words.states[state]}
    </strong>
  );
}
