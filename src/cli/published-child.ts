/** A child process of `lab published --jobs`: runs rows as it is told, until nobody talks to it any more. */
import { runRowOnce } from '../scenarios/published.ts';
import { publishedRow } from '../scenarios/published-rows.ts';
import type { Answer, Run } from './published-jobs.ts';

process.on('message', (run: Run) => {
  let answer: Answer;
  try {
    answer = { seconds: runRowOnce(publishedRow(run.id), run.seed) };
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  process.send!(answer);
});
