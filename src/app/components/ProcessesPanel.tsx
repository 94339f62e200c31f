/** Processes and their threads: where memory is, where threads run, what the kernel believes. */
import { nodeCss, processColour } from '../../view/palettes.ts';
import { css } from '../../view/colour.ts';
import type { ProcessSummary, ThreadSummary } from '../../protocol/summary.ts';
import { PANEL_INTERVAL_MS } from '../constants.ts';
import { formatMb, formatSeconds, formatShare } from '../format.ts';
import { useObservation } from '../store.ts';
import { useLab, usePalette, usePolled } from './use-lab.ts';

export function ProcessesPanel() {
  const boot = useObservation((state) => state.boot);
  const processes = usePolled(() => useObservation.getState().summary?.processes, PANEL_INTERVAL_MS);
  return (
    <div className="processes">
      {boot && (
        <p className="hint">
          <strong>{boot.workloadTitle}.</strong> {boot.workloadQuestion}
        </p>
      )}
      <PerfBench />
      {processes?.map((process) => (
        <Process key={process.pid} process={process} />
      ))}
      {processes?.length === 0 && <p className="hint">No process has been born yet.</p>}
    </div>
  );
}

/** The result lines of perf bench numa mem, as far as it has come. */
function PerfBench() {
  const lines = usePolled(() => useObservation.getState().summary?.perfBench, PANEL_INTERVAL_MS);
  if (!lines) return null;
  // perf's own line is wider than the panel: name, value, unit, key.
  const rows = lines.map((line) => line.split(',').map((part) => part.trim()));
  return (
    <section className="process" aria-label="perf bench numa mem">
      <h2>perf bench numa mem, so far</h2>
      {rows.length === 0 && <p className="hint">It prints nothing before its threads have started.</p>}
      {rows.length > 0 && (
        <table className="perf-bench">
          <tbody>
            {rows.map(([name, value, unit, key]) => (
              <tr key={key}>
                <th scope="row" title={name}>
                  {key}
                </th>
                <td>{value}</td>
                <td>{unit}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Process({ process }: { process: ProcessSummary }) {
  const lab = useLab();
  const palette = usePalette();
  return (
    <section className="process" aria-label={`${process.name} ${process.pid}`}>
      <h2>
        <span className="swatch" style={{ background: css(processColour(palette, process.index)) }} />
        <button
          type="button"
          className="plain"
          onClick={() => lab.select({ kind: 'process', pid: process.pid })}
        >
          {process.name} <code>{process.pid}</code>
        </button>
        <span className="end">
          {process.alive ? formatSeconds(process.elapsedS) : `took ${formatSeconds(process.elapsedS)}`}
        </span>
      </h2>
      <p className="figures">
        <span>{formatMb(process.residentMb)} resident</span>
        <span>{formatShare(process.localShare)} local</span>
        {process.progress >= 0 && <span>{formatShare(process.progress)} done</span>}
      </p>
      <NodeBar label="memory" values={process.mbPerNode} format={formatMb} />
      <NodeBar label="mm weight" values={process.weights} format={(weight) => `${Math.round(weight)} ‰`} />
      <NodeBar
        label="task weight"
        values={meanTaskWeights(process)}
        format={(weight) => `${Math.round(weight)} ‰`}
      />
      <NodeBar label="threads" values={process.threadsPerNode} format={String} />
      {process.threads.length > 0 && (
        <details>
          <summary>
            {process.threads.length} {process.threads.length === 1 ? 'thread' : 'threads'}
          </summary>
          <table className="threads">
            <thead>
              <tr>
                <th scope="col">tid</th>
                <th scope="col">state</th>
                <th scope="col">cpu</th>
                <th scope="col">node</th>
                <th scope="col" title="the node CFS should prefer">
                  pref.
                </th>
                <th scope="col">local</th>
              </tr>
            </thead>
            <tbody>
              {process.threads.map((thread) => (
                <Thread key={thread.pid} thread={thread} />
              ))}
            </tbody>
          </table>
        </details>
      )}
    </section>
  );
}

function Thread({ thread }: { thread: ThreadSummary }) {
  const lab = useLab();
  const dead = thread.state === 'dead';
  return (
    <tr
      className={dead ? 'dead' : undefined}
      title={`task weight: ${thread.weights.map((weight, node) => `${weight} ‰ on node ${node}`).join(', ')}`}
    >
      <td>
        <button
          type="button"
          className="plain"
          onClick={() => lab.select({ kind: 'thread', pid: thread.pid })}
        >
          {thread.pid}
        </button>
      </td>
      <td>{thread.state}</td>
      <td>{dead ? '–' : thread.cpu}</td>
      <td>{dead ? '–' : thread.node}</td>
      <td>{thread.preferred < 0 ? '–' : thread.preferred}</td>
      <td>{formatShare(thread.localShare)}</td>
    </tr>
  );
}

/** Task weight per node, the mean over the threads that have statistics; each thread's own is on its row. */
function meanTaskWeights(process: ProcessSummary): number[] {
  const counted = process.threads.filter(
    (thread) => thread.state !== 'dead' && thread.weights.some((w) => w > 0),
  );
  return process.weights.map(
    (_, node) => counted.reduce((sum, thread) => sum + thread.weights[node], 0) / Math.max(1, counted.length),
  );
}

/** A bar divided between the nodes, with its numbers in words for everyone. */
function NodeBar({
  label,
  values,
  format,
}: {
  label: string;
  values: readonly number[];
  format(value: number): string;
}) {
  const palette = usePalette();
  const total = values.reduce((sum, value) => sum + Math.max(0, value), 0);
  const words = values.map((value, node) => `node ${node}: ${format(value)}`).join(', ');
  return (
    <div className="node-bar" title={words}>
      <span>{label}</span>
      <span className="bar" role="img" aria-label={`${label}, ${total > 0 ? words : 'none yet'}`}>
        {total > 0 &&
          values.map((value, node) =>
            value > 0 ? (
              <span key={node} style={{ flexGrow: value / total, background: nodeCss(palette, node) }} />
            ) : null,
          )}
      </span>
    </div>
  );
}
