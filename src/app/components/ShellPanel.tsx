/** A terminal with a shell on the simulated kernel. The code comes when the panel is first opened. */
import { useEffect, useLayoutEffect, useRef } from 'react';
import '../styles/shell.css';
import { useObservation } from '../store.ts';
import { endWatch, enter, promptOf, refreshWatch, useTerminal, type Entry } from '../terminal.ts';
import { ShellInput } from './ShellInput.tsx';
import { useLab } from './use-lab.ts';

const EXAMPLES = [
  'numactl --hardware',
  'numastat',
  'ps -Lo pid,tid,psr,numa,comm | head',
  'cat /proc/vmstat | grep numa',
  'echo 1 > /sys/kernel/mm/autonuma/debug',
  'man autonuma',
];

const FEWEST_COLUMNS = 20;

export default function ShellPanel() {
  const lab = useLab();
  const log = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLSpanElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const entries = useTerminal((terminal) => terminal.entries);
  const watch = useTerminal((terminal) => terminal.watch);
  const session = useTerminal((terminal) => terminal.session);
  const generation = useObservation((observation) => observation.boot?.generation ?? 0);

  /** Characters that fit on a line. */
  const columns = (): number => {
    const character = (ruler.current?.getBoundingClientRect().width ?? 0) / 10;
    const style = log.current && getComputedStyle(log.current);
    const inner = (log.current?.clientWidth ?? 0) - (style ? 2 * parseFloat(style.paddingLeft) : 0);
    return character > 0 ? Math.max(FEWEST_COLUMNS, Math.floor(inner / character)) : 80;
  };

  const submit = (line: string) => enter(lab, line, columns(), generation);

  // Who comes by key or mouse wants to type; who walks along the tabs by arrow keys wants to walk on.
  useEffect(() => {
    if (!document.activeElement?.matches('[role=tab]:focus-visible')) input.current?.focus();
  }, []);

  useLayoutEffect(() => {
    if (log.current) log.current.scrollTop = log.current.scrollHeight;
  }, [entries, watch]);

  const watched = watch && `${watch.seconds} ${watch.line}`;
  useEffect(() => {
    if (!watched) return;
    let timer = 0;
    const again = async () => {
      if (!(await refreshWatch(lab, columns()))) return;
      const seconds = useTerminal.getState().watch?.seconds ?? 1;
      timer = window.setTimeout(() => void again(), seconds * 1000);
    };
    void again();
    return () => window.clearTimeout(timer);
  }, [lab, watched]);

  return (
    <div className="shell">
      <div
        ref={log}
        className="shell-log"
        role="log"
        aria-label="Shell output"
        aria-live={watch ? 'off' : 'polite'}
        tabIndex={0}
        onClick={() => {
          // A click that marks text is for copying.
          if (String(getSelection() ?? '') === '') input.current?.focus();
        }}
      >
        {entries.length === 0 && !watch && (
          <div className="shell-welcome">
            <p>
              A shell on the simulated kernel, with its <code>/proc</code> and <code>/sys</code>.{' '}
              <code>help</code> lists the commands, Tab completes, Esc then Tab leaves. Try
            </p>
            {EXAMPLES.map((line) => (
              <button key={line} type="button" className="plain link" onClick={() => void submit(line)}>
                <code>{line}</code>
              </button>
            ))}
          </div>
        )}
        {entries.map((entry) => (
          <Piece key={entry.id} {...entry} />
        ))}
        {watch && (
          <>
            <div className="shell-every">
              Every {watch.seconds} s: {watch.line}{' '}
              <button type="button" className="plain link" onClick={endWatch}>
                Stop (Ctrl-C)
              </button>
            </div>
            {watch.output.map((chunk, i) => (
              <Piece key={i} {...chunk} />
            ))}
          </>
        )}
      </div>
      <span ref={ruler} className="shell-ruler" aria-hidden="true">
        0000000000
      </span>
      <ShellInput ref={input} prompt={promptOf(session)} columns={columns} onSubmit={submit} />
    </div>
  );
}

function Piece({ kind, text }: Pick<Entry, 'kind' | 'text'>) {
  return <div className={`shell-${kind}`}>{text.replace(/\n$/, '')}</div>;
}
