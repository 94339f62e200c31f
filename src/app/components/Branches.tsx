/** The branches: every run made so far, where it left another, how far it went; to go to, to name, to delete. */
import { Pencil, Trash2 } from 'lucide-react';
import { useState, type CSSProperties } from 'react';
import { asTree, useBranches, type RunBranch } from '../branches.ts';
import { formatTick } from '../format.ts';
import { useLab, useRun } from './use-lab.ts';

export default function Branches() {
  const branches = useBranches((state) => state.branches);
  const current = useBranches((state) => state.current);
  const longest = branches.reduce((most, { end }) => Math.max(most, end), 1);
  return (
    <section className="branches" aria-label="Branches">
      <ul>
        {asTree(branches).map(({ branch, depth }) => (
          <Row
            key={branch.id}
            branch={branch}
            depth={depth}
            shown={branch.id === current}
            longest={longest}
          />
        ))}
      </ul>
    </section>
  );
}

interface RowProps {
  branch: RunBranch;
  depth: number;
  /** It is the one on show. */
  shown: boolean;
  /** Ticks that the whole track stands for. */
  longest: number;
}

function Row({ branch, depth, shown, longest }: RowProps) {
  const run = useRun();
  const [naming, setNaming] = useState(false);
  const track = {
    '--from': branch.forkTick / longest,
    '--to': branch.end / longest,
    '--at': branch.at / longest,
  } as CSSProperties;
  const state = branch.finished
    ? `finished after ${formatTick(branch.end)} s`
    : `simulated to ${formatTick(branch.end)} s`;
  const origin =
    branch.parent === null
      ? `booted: ${branch.origin}`
      : `forked at ${formatTick(branch.forkTick)} s: ${branch.origin}`;
  return (
    <li aria-current={shown || undefined}>
      {naming ? (
        <NameField branch={branch} onDone={() => setNaming(false)} />
      ) : (
        <button
          type="button"
          className="branch-name"
          style={{ paddingLeft: 8 + depth * 12 }}
          disabled={shown}
          title={shown ? `On show. ${origin}` : `Go to it. ${origin}`}
          onClick={() => run('branch.return', String(branch.id))}
        >
          {depth > 0 && <span aria-hidden="true">└ </span>}
          {branch.name}
          {shown && <span className="branch-shown"> on show</span>}
        </button>
      )}
      <span className="branch-track" style={track} aria-hidden="true">
        <i />
      </span>
      <span className="branch-state">
        <span className="sr-only">{origin}, </span>
        {state}
      </span>
      <button
        type="button"
        className="icon"
        title="Rename"
        aria-label={`Rename ${branch.name}`}
        onClick={() => setNaming(true)}
      >
        <Pencil size={13} />
      </button>
      <button
        type="button"
        className="icon"
        title={shown ? 'The branch on show cannot be deleted' : 'Delete'}
        aria-label={`Delete ${branch.name}`}
        disabled={shown}
        onClick={() => run('branch.delete', String(branch.id))}
      >
        <Trash2 size={13} />
      </button>
    </li>
  );
}

/** Enter keeps the name, Escape does not. */
function NameField({ branch, onDone }: { branch: RunBranch; onDone: () => void }) {
  const lab = useLab();
  const [name, setName] = useState(branch.name);
  const keep = () => {
    lab.time.rename(branch.id, name);
    onDone();
  };
  return (
    <input
      type="text"
      className="branch-name"
      aria-label={`Name of ${branch.name}`}
      value={name}
      maxLength={60}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setName(event.target.value)}
      onBlur={keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') keep();
        else if (event.key === 'Escape') onDone();
      }}
    />
  );
}
