/** The header's way into the comparison: one click for the obvious other run, a menu for the rest. */
import { ChevronDown, Columns2 } from 'lucide-react';
import { useId, useRef, type ToggleEvent } from 'react';
import { OFFER_TITLES, OFFERS, whyNot, type Offer } from '../compare/runs.ts';
import { commandById, commandHint } from '../commands.ts';
import { useExperiment, useObservation } from '../store.ts';
import { useRun } from './use-lab.ts';

export function CompareMenu() {
  const run = useRun();
  const id = useId();
  const group = useRef<HTMLSpanElement>(null);
  const popover = useRef<HTMLDivElement>(null);
  const off = useExperiment(({ experiment }) => experiment.policy === 'off');
  // Without AutoNUMA there is nothing to switch off: a copy, to switch it on.
  const first: Offer = off ? 'copy' : 'off';

  const place = (event: ToggleEvent<HTMLDivElement>) => {
    if (event.newState !== 'open' || !group.current || !popover.current) return;
    const { right, bottom } = group.current.getBoundingClientRect();
    popover.current.style.left = `${Math.max(8, right - 304)}px`;
    popover.current.style.top = `${bottom + 4}px`;
  };
  const choose = (command: string) => {
    popover.current?.hidePopover();
    run(command);
  };
  return (
    <span className="joined compare-menu" ref={group}>
      <button type="button" title={commandHint(`compare.${first}`)} onClick={() => run(`compare.${first}`)}>
        <Columns2 size={14} /> <span>Compare</span>
      </button>
      <button
        type="button"
        className="icon"
        popoverTarget={id}
        aria-label="More to compare with"
        title="More to compare with"
      >
        <ChevronDown size={14} />
      </button>
      <div ref={popover} id={id} popover="auto" className="popover" onBeforeToggle={place} onToggle={place}>
        <div className="options">
          {OFFERS.map((offer) => (
            <Offered key={offer} offer={offer} choose={choose} />
          ))}
          <Entry command="compare.sweep" choose={choose} />
        </div>
      </div>
    </span>
  );
}

function Offered({ offer, choose }: { offer: Offer; choose(command: string): void }) {
  const experiment = useExperiment((state) => state.experiment);
  const catalog = useObservation((state) => state.catalog);
  return (
    <Entry command={`compare.${offer}`} choose={choose} reason={whyNot(offer, experiment, catalog)}>
      Compare with {OFFER_TITLES[offer]}
    </Entry>
  );
}

interface EntryProps {
  command: string;
  choose(command: string): void;
  /** Why it cannot be had. */
  reason?: string;
  children?: React.ReactNode;
}

function Entry({ command, choose, reason = '', children }: EntryProps) {
  const { title, keyLabel } = commandById(command);
  return (
    <div className="compare-entry">
      <button type="button" disabled={reason !== ''} onClick={() => choose(command)}>
        <span>{children ?? title}</span>
        {keyLabel && <kbd>{keyLabel}</kbd>}
      </button>
      {reason && <small>Not possible: {reason}.</small>}
    </div>
  );
}
