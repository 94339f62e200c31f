/** The panel "Why": what is selected and what was decided about it, questions to the trace, the bill, and what must hold. */
import { useView, type WhyPart } from '../store.ts';
import '../styles/why.css';
import { useRun } from './use-lab.ts';
import { Lamps } from './Lamps.tsx';
import { WhyBill } from './WhyBill.tsx';
import { WhyLedger } from './WhyLedger.tsx';
import { WhyQuestions } from './WhyQuestions.tsx';

const PARTS: readonly { id: WhyPart; title: string; body: React.ComponentType }[] = [
  { id: 'ledger', title: 'Selected', body: WhyLedger },
  { id: 'questions', title: 'Questions', body: WhyQuestions },
  { id: 'bill', title: 'Bill', body: WhyBill },
];

export default function WhyPanel() {
  const run = useRun();
  const part = useView((view) => view.whyPart);
  const { body: Body } = PARTS.find(({ id }) => id === part) ?? PARTS[0];
  return (
    <div className="why">
      <div className="why-parts" role="group" aria-label="What to ask">
        {PARTS.map(({ id, title }) => (
          <button key={id} type="button" aria-pressed={part === id} onClick={() => run(`view.why.${id}`)}>
            {title}
          </button>
        ))}
      </div>
      <Body />
      <Lamps />
    </div>
  );
}
