/** A child process of `lab published --jobs`: runs rows. */
import { runRowOnce } from '../scenarios/published.ts';
import { publishedRow } from '../scenarios/published-rows.ts';
import { answerTasks } from './jobs.ts';

/** One row with one seed. */
export interface Run {
  id: string;
  seed: number;
}

answerTasks(({ id, seed }: Run) => {
  try {
    return runRowOnce(publishedRow(id), seed);
  } catch (error) {
    throw new Error(`${id}: ${(error as Error).message}`, { cause: error });
  }
});
