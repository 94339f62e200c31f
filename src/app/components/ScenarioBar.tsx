/** The question of the scenario that runs, its answer when asked for, and the way to its other side. */
import { X } from 'lucide-react';
import { useState } from 'react';
import { scenarioName, scenarioOf, useScenario, type OpenScenario } from '../scenario.ts';
import { useExperiment, useObservation } from '../store.ts';
import { useRun } from './use-lab.ts';

export default function ScenarioBar() {
  const experiment = useExperiment((state) => state.experiment);
  const catalog = useObservation((state) => state.catalog);
  const dismissed = useScenario((state) => state.dismissed);
  const open = scenarioOf(experiment, catalog);
  if (!open || scenarioName(open) === dismissed) return null;
  return <Bar key={scenarioName(open)} open={open} />;
}

function Bar({ open }: { open: OpenScenario }) {
  const run = useRun();
  const [told, setTold] = useState(false);
  const { scenario, against } = open;
  const other = scenario.against;
  return (
    <section className="scenario" aria-label="Scenario">
      <p>
        <strong>
          {scenario.title}
          {against && other && `, ${other.title}`}.
        </strong>{' '}
        {scenario.question}
      </p>
      {told && (
        <p className="answer" role="status">
          {scenario.expected} <span className="hint">{scenario.look}</span>
        </p>
      )}
      <span className="acts">
        <button type="button" aria-expanded={told} onClick={() => setTold(!told)}>
          What happens
        </button>
        {other && (
          <button
            type="button"
            onClick={() =>
              run('experiment.scenario', against ? scenario.name : `${scenario.name}:${other.name}`)
            }
          >
            {against ? 'As it was' : sentenceCase(other.title)}
          </button>
        )}
        <button
          type="button"
          className="icon"
          aria-label="Close the scenario’s question"
          onClick={() => useScenario.setState({ dismissed: scenarioName(open) })}
        >
          <X size={14} />
        </button>
      </span>
    </section>
  );
}

function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
