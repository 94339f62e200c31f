/** The ways to the comparison page and back. The page itself is loaded when it is first shown. */
import type { Experiment } from '../../protocol/experiment.ts';
import type { Lab } from '../lab.ts';
import { notify, useExperiment, useObservation, useView } from '../store.ts';
import { requestFor, type ComparisonRequest } from './request.ts';
import { offered, whyNot, type Offer } from './runs.ts';

function isRunning(): boolean {
  return useObservation.getState().summary?.playing ?? true;
}

/** Set what is offered beside the experiment of the laboratory. */
export function compareWith(offer: Offer): void {
  const { experiment } = useExperiment.getState();
  const reason = whyNot(offer, experiment, useObservation.getState().catalog);
  if (reason) {
    notify(`This cannot be set beside it: ${reason}.`, 'note');
    return;
  }
  const request = requestFor([experiment, offered(offer, experiment)], isRunning());
  useView.setState({ comparing: request, dialog: null });
}

/** Show a page of the comparison, opening it if need be. */
export function showComparison(page: ComparisonRequest['page']): void {
  const { comparing } = useView.getState();
  const { experiment } = useExperiment.getState();
  const request = comparing ?? requestFor([experiment], isRunning());
  useView.setState({ comparing: { ...request, page }, dialog: null });
}

/** Back to the laboratory; with an experiment, to that one from its beginning. */
export function closeComparison(lab: Lab, experiment?: Experiment): void {
  useView.setState({ comparing: null });
  if (experiment) void lab.load(experiment);
}
