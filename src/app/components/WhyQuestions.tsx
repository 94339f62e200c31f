/** Questions to the history of the run: a few ready ones with a parameter, and a free filter. */
import { useId, useState, type FormEvent } from 'react';
import {
  EVENT_KIND_TITLES,
  EVENT_KINDS,
  type Answer,
  type EventKind,
  type Question,
} from '../../protocol/questions.ts';
import type { ProcessSummary } from '../../protocol/summary.ts';
import { useObservation } from '../store.ts';
import { LedgerList } from './LedgerList.tsx';
import { useLab } from './use-lab.ts';

const KINDS: readonly { kind: Question['kind']; title: string }[] = [
  { kind: 'first_move', title: 'When did a thread first move?' },
  { kind: 'came_back', title: 'Which pages came back within some passes?' },
  { kind: 'moved_often', title: 'Which pages moved more than some times?' },
  { kind: 'node_full', title: 'When was a node full?' },
  { kind: 'most_mismatches', title: 'Which fault mismatched most?' },
  { kind: 'longest_queue', title: 'What was the longest queue?' },
  { kind: 'filter', title: 'Any events …' },
];

export function WhyQuestions() {
  const lab = useLab();
  const processes = useObservation((state) => state.summary?.processes ?? NONE);
  const nodes = useObservation((state) => state.boot?.machine.nodes ?? NO_NODES);
  const [kind, setKind] = useState<Question['kind']>('first_move');
  const [asked, setAsked] = useState<{ answer: Answer | null; error: string }>({ answer: null, error: '' });
  const id = useId();

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const reply = await lab.question(questionOf(kind, new FormData(event.currentTarget)));
    if (reply) setAsked(reply.ok ? { answer: reply.value, error: '' } : { answer: null, error: reply.error });
  };

  return (
    <div className="selected questions">
      <form onSubmit={(event) => void submit(event)}>
        <label htmlFor={id}>Question</label>
        <select id={id} value={kind} onChange={(event) => setKind(event.target.value as Question['kind'])}>
          {KINDS.map((each) => (
            <option key={each.kind} value={each.kind}>
              {each.title}
            </option>
          ))}
        </select>
        <Parameters kind={kind} processes={processes} nodes={nodes.map(({ osId }) => osId)} />
        <button type="submit">Ask</button>
      </form>
      <div aria-live="polite">
        {asked.error && <p className="knob-error">{asked.error}</p>}
        {asked.answer && (
          <>
            <p data-testid="answer">
              <strong>{asked.answer.sentence}</strong>
            </p>
            <LedgerList lines={asked.answer.lines} empty="" more={asked.answer.more} label="Answers" />
            <p className="why-kept">{asked.answer.kept}</p>
          </>
        )}
      </div>
    </div>
  );
}

const NONE: readonly ProcessSummary[] = [];
const NO_NODES: readonly { osId: number }[] = [];

interface ParameterProps {
  kind: Question['kind'];
  processes: readonly ProcessSummary[];
  nodes: readonly number[];
}

/** The fields of a question. */
function Parameters({ kind, processes, nodes }: ParameterProps) {
  switch (kind) {
    case 'first_move':
      return <ThreadField processes={processes} />;
    case 'came_back':
      return <NumberField name="passes" label="Scan passes" initial={3} minimum={0} />;
    case 'moved_often':
      return <NumberField name="times" label="Times" initial={1} minimum={0} />;
    case 'node_full':
      return <NodeField nodes={nodes} />;
    case 'filter':
      return (
        <>
          <Field name="event" label="Events">
            {EVENT_KINDS.map((event) => (
              <option key={event} value={event}>
                {EVENT_KIND_TITLES[event]}
              </option>
            ))}
          </Field>
          <ThreadField processes={processes} any />
          <Field name="process" label="Process">
            <option value="">any</option>
            {processes.map(({ index, name, pid }) => (
              <option key={index} value={index}>
                {name} (pid {pid})
              </option>
            ))}
          </Field>
          <NodeField nodes={nodes} any />
          <NumberField name="from" label="From, s" minimum={0} />
          <NumberField name="to" label="To, s" minimum={0} />
        </>
      );
    default:
      return null;
  }
}

function ThreadField({ processes, any = false }: { processes: readonly ProcessSummary[]; any?: boolean }) {
  return (
    <Field name="pid" label="Thread">
      {any && <option value="">any</option>}
      {processes.map(({ pid, name, threads }) => (
        <optgroup key={pid} label={`${name} (pid ${pid})`}>
          {threads.map((thread) => (
            <option key={thread.pid} value={thread.pid}>
              thread {thread.index} (pid {thread.pid})
            </option>
          ))}
        </optgroup>
      ))}
    </Field>
  );
}

function NodeField({ nodes, any = false }: { nodes: readonly number[]; any?: boolean }) {
  return (
    <Field name="node" label="Node">
      {any && <option value="">any</option>}
      {nodes.map((osId, node) => (
        <option key={node} value={node}>
          node {osId}
        </option>
      ))}
    </Field>
  );
}

function Field({ name, label, children }: { name: string; label: string; children: React.ReactNode }) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <select id={id} name={name}>
        {children}
      </select>
    </>
  );
}

interface NumberFieldProps {
  name: string;
  label: string;
  initial?: number;
  minimum: number;
}

function NumberField({ name, label, initial, minimum }: NumberFieldProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} type="number" min={minimum} step="any" defaultValue={initial} />
    </>
  );
}

/** The question that a form asks; an empty field asks for nothing in particular. */
function questionOf(kind: Question['kind'], form: FormData): Question {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value : '';
  };
  const number = (name: string): number | null => (text(name) === '' ? null : Number(text(name)));
  switch (kind) {
    case 'first_move':
      return { kind, pid: number('pid') ?? -1 };
    case 'came_back':
      return { kind, passes: number('passes') ?? 3 };
    case 'moved_often':
      return { kind, times: number('times') ?? 1 };
    case 'node_full':
      return { kind, node: number('node') ?? 0 };
    case 'filter':
      return {
        kind,
        event: (text('event') || 'all') as EventKind,
        pid: number('pid'),
        process: number('process'),
        node: number('node'),
        fromS: number('from'),
        toS: number('to'),
      };
    default:
      return { kind };
  }
}
