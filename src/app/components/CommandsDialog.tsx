/** The command palette: every command, those with choices once for each choice; type to narrow, Enter to run. */
import { useId, useState, type KeyboardEvent } from 'react';
import { COMMANDS, type Command } from '../commands.ts';
import { rank } from '../fuzzy.ts';
import { useView } from '../store.ts';
import { Dialog } from './Dialog.tsx';
import { useLab } from './use-lab.ts';

interface Entry {
  key: string;
  title: string;
  keyLabel?: string;
  command: Command;
  value?: string;
}

/** All there is to do, in registry order. */
function listEntries(): Entry[] {
  return COMMANDS.filter((command) => command.id !== 'help.commands').flatMap((command): Entry[] => {
    const choices = command.choices?.() ?? [];
    const entries = choices.map(({ value, title }) => ({
      key: `${command.id} ${value}`,
      title: `${command.title}: ${title}`,
      command,
      value,
    }));
    // A command with a key does something without a choice as well.
    const plain = { key: command.id, title: command.title, keyLabel: command.keyLabel, command };
    return choices.length === 0 || command.keys ? [plain, ...entries] : entries;
  });
}

/** Keys of what was run lately, the latest first. */
const RECENT = 'autonuma-lab.recent-commands';
const RECENT_KEPT = 8;

function recentKeys(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(RECENT) ?? '[]');
    return Array.isArray(kept) ? kept.filter((key) => typeof key === 'string') : [];
  } catch {
    return [];
  }
}

function remember(key: string): void {
  const keys = [key, ...recentKeys().filter((each) => each !== key)];
  localStorage.setItem(RECENT, JSON.stringify(keys.slice(0, RECENT_KEPT)));
}

export default function CommandsDialog() {
  const lab = useLab();
  const id = useId();
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const [entries] = useState(listEntries);
  const [recent] = useState(recentKeys);
  const found = rank(entries, query, recent);
  const current = Math.min(at, found.length - 1);

  const runEntry = (entry: Entry) => {
    useView.setState({ dialog: null });
    remember(entry.key);
    void entry.command.run(lab, entry.value);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (move !== undefined) {
      event.preventDefault();
      const next = Math.max(0, Math.min(found.length - 1, current + move));
      setAt(next);
      document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    } else if (event.key === 'Enter' && found[current]) {
      event.preventDefault();
      runEntry(found[current]);
    }
  };

  return (
    <Dialog id="commands" title="All commands">
      <input
        type="text"
        role="combobox"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={found.length ? `${id}-${current}` : undefined}
        aria-label="Search the commands"
        placeholder="what do you want to do?"
        data-first-focus=""
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={`${id}-list`} role="listbox" aria-label="Commands">
        {found.map((entry, index) => (
          <li
            key={entry.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === current}
            onClick={() => runEntry(entry)}
          >
            <span className="group">{entry.command.group}</span>
            {entry.title}
            {query === '' && recent.includes(entry.key) && <span className="group">lately</span>}
            {entry.keyLabel && <kbd>{entry.keyLabel}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className="hint">Nothing here is called that.</p>}
    </Dialog>
  );
}
