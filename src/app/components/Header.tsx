/** The header: what runs on what under which rules, and the transport. */
import {
  CircleHelp,
  Command as CommandIcon,
  FolderInput,
  LayoutGrid,
  ListChecks,
  Share2,
} from 'lucide-react';
import { commandHint } from '../commands.ts';
import { useExperiment, useObservation } from '../store.ts';
import { versionName } from '../experiment.ts';
import { BootOptions, VariantSelect, VersionSelect } from './BootOptions.tsx';
import { CompareMenu } from './CompareMenu.tsx';
import { Transport } from './Transport.tsx';
import { useRun } from './use-lab.ts';

export function Header() {
  const run = useRun();
  return (
    <header className="header">
      <h1>AutoNUMA Lab</h1>
      <ExperimentMenus />
      <BootOptions />
      <Transport />
      <nav className="header-end" aria-label="Help and commands">
        <CompareMenu />
        <button
          type="button"
          className="icon share-button"
          title={commandHint('share.open')}
          onClick={() => run('share.open')}
        >
          <Share2 size={15} aria-hidden="true" />
          <span>Share</span>
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('experiment.scenario')}
          aria-label="Scenarios"
          onClick={() => run('experiment.scenario')}
        >
          <LayoutGrid size={16} />
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('view.published')}
          aria-label="Published results"
          onClick={() => run('view.published')}
        >
          <ListChecks size={16} />
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('experiment.import')}
          aria-label="Bring a machine or workload"
          onClick={() => run('experiment.import')}
        >
          <FolderInput size={16} />
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('help.commands')}
          aria-label="All commands"
          onClick={() => run('help.commands')}
        >
          <CommandIcon size={16} />
        </button>
        <button
          type="button"
          className="icon"
          title={commandHint('help.keys')}
          aria-label="Help"
          onClick={() => run('help.keys')}
        >
          <CircleHelp size={16} />
        </button>
      </nav>
    </header>
  );
}

/** Machine, workload and policy: each change boots at once. */
function ExperimentMenus() {
  const run = useRun();
  const experiment = useExperiment((state) => state.experiment);
  const catalog = useObservation((state) => state.catalog);
  const boot = useObservation((state) => state.boot);
  const machine = typeof experiment.machine === 'string' ? experiment.machine : '';
  const workload = typeof experiment.workload === 'string' ? experiment.workload : '';
  return (
    <div className="menus">
      <label className="field">
        <span>machine</span>
        <select
          value={machine}
          title={boot ? `${boot.machine.name}. ${boot.machine.provenance}` : undefined}
          onChange={(event) => run('experiment.machine', event.target.value)}
        >
          {machine === '' && <option value="">{boot?.machine.name ?? 'own machine'}</option>}
          {catalog ? (
            catalog.machines.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))
          ) : (
            <option value={machine}>{machine}</option>
          )}
        </select>
      </label>
      <label className="field roomy">
        <span>workload</span>
        <select
          value={workload}
          title={boot?.workloadQuestion}
          onChange={(event) => run('experiment.workload', event.target.value)}
        >
          {workload === '' && <option value="">{boot?.workloadTitle ?? 'own workload'}</option>}
          {catalog ? (
            catalog.workloads.map(({ name, title }) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))
          ) : (
            <option value={workload}>{workload}</option>
          )}
        </select>
      </label>
      <VariantSelect className="field wide-only" />
      <label className="field brief">
        <span>policy</span>
        <select value={experiment.policy} onChange={(event) => run('experiment.policy', event.target.value)}>
          {(catalog?.policies ?? [{ name: experiment.policy, title: experiment.policy }]).map(
            ({ name, title }) => (
              <option key={name} value={name}>
                {name === 'autonuma' ? versionName(catalog, experiment.autonumaVersion) : title}
              </option>
            ),
          )}
        </select>
      </label>
      {experiment.policy === 'autonuma' && <VersionSelect className="field wide-only" label="version" />}
    </div>
  );
}
