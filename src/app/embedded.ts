/** Is this page inside another one (`?embed=1`), and what works there by keyboard. */
import { COMMANDS, type Command } from './commands.ts';

export const EMBEDDED = new URLSearchParams(location.search).get('embed') === '1';

/** What changes the run or the picture; panels and dialogs are not there. */
const WORKING = /^(run\.|view\.(zoom|fit|colour-by|theme|palette|clear-selection))/;

export const EMBEDDED_COMMANDS: readonly Command[] = COMMANDS.filter(({ id }) => WORKING.test(id));
