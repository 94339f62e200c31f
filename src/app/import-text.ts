/** Other people's files, and our own: text that was pasted, dropped or chosen boots, or the answer says what is wrong with it. */
import type { Reply } from '../protocol/engine-api.ts';
import { EXPERIMENT_FORMAT, fromExperimentFile } from '../protocol/experiment-file.ts';
import { foldEdits } from './experiment.ts';
import type { Lab } from './lab.ts';
import { useExperiment, useObservation } from './store.ts';
import { decodeView } from './url.ts';

const STOPPED = { ok: false, error: 'The worker that runs the kernel has stopped.' } as const;

/** An experiment, a machine or a workload, by what the text looks like. The value is a sentence for the person. */
export function importText(lab: Lab, text: string): Promise<Reply<string>> {
  if (/^\s*\{/.test(text)) {
    if (/"format"\s*:/.test(text) && text.includes(EXPERIMENT_FORMAT.split('/')[0]))
      return experiment(lab, text);
    if (/"processes"\s*:/.test(text) && !/"nodes"\s*:/.test(text)) return workload(lab, text);
  }
  return machine(lab, text);
}

async function experiment(lab: Lab, text: string): Promise<Reply<string>> {
  const reply = (await lab.ask((api) => api.parseExperiment(text))) ?? STOPPED;
  if (!reply.ok) return reply;
  const file = reply.value;
  const booted = await lab.reopen(decodeView(fromExperimentFile(file), file.view ?? {}));
  return booted.ok ? { ok: true, value: `Opened ${file.title ?? booted.value.workloadTitle}.` } : booted;
}

async function workload(lab: Lab, text: string): Promise<Reply<string>> {
  const reply = (await lab.ask((api) => api.parseWorkload(text))) ?? STOPPED;
  if (!reply.ok) return reply;
  const booted = await lab.boot({
    ...foldEdits(useExperiment.getState().experiment, useObservation.getState().catalog),
    workload: reply.value,
    parameters: {},
    variant: 'default',
  });
  return booted.ok ? { ok: true, value: `Running ${booted.value.workloadTitle}.` } : booted;
}

async function machine(lab: Lab, text: string): Promise<Reply<string>> {
  const reply = await lab.ask((api) => api.parseMachine(text));
  if (!reply) return STOPPED;
  if (!reply.ok) return reply;
  const booted = await lab.boot({
    ...foldEdits(useExperiment.getState().experiment, useObservation.getState().catalog),
    machine: reply.value,
  });
  if (!booted.ok) return booted;
  const assumed = reply.notes?.length ? ` Assumed: ${reply.notes.join(' ')}` : '';
  return { ok: true, value: `The machine is now ${booted.value.machine.name}.${assumed}` };
}
