/** A child process of `lab sweep --jobs`: runs cells. */
import { answerTasks } from './jobs.ts';
import { runCell } from './sweep-cell.ts';

answerTasks(runCell);
