/** The gallery: scenarios with a picture and a question each; choosing one runs it at once. */
import type { ScenarioInfo } from '../../protocol/scenario.ts';
import { commandHint } from '../commands.ts';
import { useObservation } from '../store.ts';
import { Dialog } from './Dialog.tsx';
import { useRun } from './use-lab.ts';

export default function GalleryDialog() {
  const run = useRun();
  const scenarios = useObservation((state) => state.catalog?.scenarios);
  return (
    <Dialog id="gallery" title="Scenarios">
      <p className="hint">
        Each asks a question. Choose one and watch; what happens is told where it is asked, and a test holds
        it to be true.{' '}
        <button type="button" title={commandHint('help.tour')} onClick={() => run('help.tour')}>
          Take the tour first
        </button>
      </p>
      <ul className="gallery">
        {scenarios?.map((scenario, index) => (
          <Card key={scenario.name} scenario={scenario} first={index === 0} />
        ))}
      </ul>
      {!scenarios && <p className="hint">Looking the scenarios up …</p>}
    </Dialog>
  );
}

function Card({ scenario, first }: { scenario: ScenarioInfo; first: boolean }) {
  const run = useRun();
  const { name, title, question, expected, look, against } = scenario;
  return (
    <li className="card">
      <img
        src={`./gallery/${name}.webp`}
        width={320}
        height={180}
        alt={`The memory of the nodes ${scenario.seconds / 2} s into “${title}”`}
        loading="lazy"
      />
      <h3>{title}</h3>
      <p>{question}</p>
      <details>
        <summary>What happens</summary>
        <p>{expected}</p>
        <p className="hint">{look}</p>
      </details>
      <footer>
        <button
          type="button"
          className="primary"
          title={commandHint('experiment.scenario')}
          aria-label={`Run “${title}”`}
          data-first-focus={first ? '' : undefined}
          onClick={() => run('experiment.scenario', name)}
        >
          Run
        </button>
        {against && (
          <button
            type="button"
            aria-label={`Run “${title}” ${against.title}`}
            onClick={() => run('experiment.scenario', `${name}:${against.name}`)}
          >
            {against.title}
          </button>
        )}
      </footer>
    </li>
  );
}
