/** The line one types in the Shell panel: history, search, completion, and the keys of a terminal. */
import {
  useLayoutEffect,
  useRef,
  useState,
  type ClipboardEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import { clearTerminal, endWatch, print, searchBack, useTerminal } from '../terminal.ts';
import { useLab } from './use-lab.ts';

interface Props {
  ref: RefObject<HTMLInputElement | null>;
  prompt: string;
  columns: () => number;
  onSubmit: (line: string) => Promise<void>;
}

/** Ctrl-R: what is looked for, and where it was found. */
interface Search {
  text: string;
  at: number;
}

export function ShellInput({ ref, prompt, columns, onSubmit }: Props) {
  const lab = useLab();
  const [line, setLine] = useState('');
  /** Place in the history, and the line that was being typed; null when it is that line. */
  const [place, setPlace] = useState<{ at: number; draft: string } | null>(null);
  const [search, setSearch] = useState<Search | null>(null);
  /** After Escape, Tab leads away instead of completing. */
  const [leaving, setLeaving] = useState(false);
  const watching = useTerminal((terminal) => terminal.watch !== null);
  const history = useTerminal((terminal) => terminal.history);
  const found = search && search.at >= 0 ? history[search.at] : '';

  /** Where the caret is to stand in the next line shown; -1 where it is. */
  const caretWanted = useRef(-1);

  useLayoutEffect(() => {
    if (caretWanted.current >= 0) ref.current?.setSelectionRange(caretWanted.current, caretWanted.current);
    caretWanted.current = -1;
  });

  const type = (text: string, caret = text.length) => {
    caretWanted.current = caret;
    setLine(text);
    setPlace(null);
    setLeaving(false);
  };

  const submit = (text: string) => {
    type('');
    setSearch(null);
    return onSubmit(text);
  };

  /** Up and down through the lines typed before. */
  const recall = (step: -1 | 1) => {
    const at = (place?.at ?? history.length) + step;
    if (at < 0 || at > history.length || (at === history.length && !place)) return;
    const draft = place?.draft ?? line;
    if (at === history.length) type(draft);
    else {
      type(history[at]);
      setPlace({ at, draft });
    }
  };

  const complete = async (caret: number) => {
    const { session } = useTerminal.getState();
    const completion = await lab.completeShell(line, caret, { ...session, columns: columns() });
    // Who has typed on in the meantime wants to see that.
    if (!completion || completion.candidates.length === 0 || ref.current?.value !== line) return;
    const { from, to, text, candidates } = completion;
    if (text !== line.slice(from, to)) type(line.slice(0, from) + text + line.slice(to), from + text.length);
    else if (candidates.length > 1) {
      print([
        { kind: 'prompt', text: `${prompt} ${line}\n` },
        { kind: 'note', text: `${candidates.join('  ')}\n` },
      ]);
    }
  };

  /** Ctrl-C: ends what is watched, or gives the line up. */
  const interrupt = () => {
    if (watching) endWatch();
    else print([{ kind: 'prompt', text: `${prompt} ${search ? found : line}^C\n` }]);
    setSearch(null);
    type('');
  };

  const control = (key: string, field: HTMLInputElement): boolean => {
    const caret = field.selectionStart ?? line.length;
    const marked = field.selectionStart !== field.selectionEnd || String(getSelection() ?? '') !== '';
    switch (key) {
      case 'c':
        // Marked text is copied, as everywhere.
        if (marked) return false;
        interrupt();
        return true;
      case 'r': {
        const text = search?.text ?? '';
        // Once more: further back.
        const from = search && search.at > 0 ? search.at - 1 : undefined;
        setSearch({ text, at: text === '' ? -1 : searchBack(history, text, from) });
        return true;
      }
      case 'g':
        if (!search) return false;
        setSearch(null);
        return true;
      case 'l':
        clearTerminal();
        return true;
      case 'a':
        field.setSelectionRange(0, 0);
        return true;
      case 'e':
        field.setSelectionRange(line.length, line.length);
        return true;
      case 'u':
        type(line.slice(caret), 0);
        return true;
      case 'k':
        type(line.slice(0, caret));
        return true;
      default:
        return false;
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const { key } = event;
    const field = event.currentTarget;
    if (event.nativeEvent.isComposing) return;
    let done = true;
    if (event.ctrlKey && !event.altKey && !event.metaKey && key.length === 1)
      done = control(key.toLowerCase(), field);
    else if (watching) done = false;
    else if (search && (key === 'Escape' || key === 'ArrowRight' || key === 'ArrowLeft' || key === 'Tab')) {
      setSearch(null);
      if (found) type(found);
    } else if (key === 'Enter') void submit(search ? found : line);
    else if (key === 'ArrowUp') recall(-1);
    else if (key === 'ArrowDown') recall(1);
    else if (key === 'Tab' && !event.shiftKey && !leaving && line !== '') {
      void complete(field.selectionStart ?? line.length);
    } else {
      if (key === 'Escape') setLeaving(true);
      done = false;
    }
    if (!done) return;
    event.preventDefault();
    // Ctrl-K is the palette's elsewhere.
    event.stopPropagation();
  };

  /** Several lines are run one after the other; the last one, without an end, waits. */
  const onPaste = async (event: ClipboardEvent<HTMLInputElement>) => {
    const text = event.clipboardData.getData('text');
    if (!text.includes('\n') || search) return;
    event.preventDefault();
    const lines = text.split(/\r?\n/);
    const rest = lines.pop() ?? '';
    lines[0] = line + lines[0];
    for (const one of lines) await submit(one);
    type(rest);
  };

  return (
    <div className="shell-line">
      <label htmlFor="shell-input">
        {search ? <>(reverse-i-search) {search.text !== '' && search.at < 0 ? 'nothing' : found}</> : prompt}
      </label>
      <input
        ref={ref}
        id="shell-input"
        type="text"
        value={search ? search.text : line}
        readOnly={watching}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck={false}
        aria-label={search ? 'Search the lines typed before' : 'Shell command'}
        onKeyDown={onKeyDown}
        onPaste={(event) => void onPaste(event)}
        onChange={(event) => {
          const text = event.target.value;
          if (search) setSearch({ text, at: text === '' ? -1 : searchBack(history, text) });
          else {
            setLine(text);
            setPlace(null);
            setLeaving(false);
          }
        }}
      />
    </div>
  );
}
