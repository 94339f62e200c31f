/** What can be sent, kept and exported. The work itself is loaded when it is first wanted. */
import type { Command } from './commands.ts';
import type { Lab } from './lab.ts';
import { useView } from './store.ts';
import type { CopyKind } from './share/actions.ts';

const actions = () => import('./share/actions.ts');

function copy(id: string, title: string, kind: CopyKind, key?: string): Command {
  return {
    id,
    title,
    group: 'Share',
    ...(key ? { keys: [key], keyLabel: key } : {}),
    run: async (lab) => (await actions()).copyText(lab, kind),
  };
}

function save(
  id: string,
  title: string,
  run: (module: Awaited<ReturnType<typeof actions>>, lab: Lab) => unknown,
): Command {
  return { id, title, group: 'Share', run: async (lab) => run(await actions(), lab) };
}

export const shareCommands: Command[] = [
  {
    id: 'share.open',
    title: 'Share, keep, export',
    group: 'Share',
    keys: ['E'],
    keyLabel: 'E',
    run: () => useView.setState((view) => ({ dialog: view.dialog === 'share' ? null : 'share' })),
  },
  copy('share.copy-link', 'Copy a link to this page as it is', 'link', 'L'),
  copy('share.copy-embed', 'Copy the code that embeds this in a web page', 'embed'),
  copy('share.copy-cli', 'Copy the command line that repeats this run', 'cli'),
  copy('share.copy-sentence', 'Copy the sentence', 'sentence'),
  save('share.save-experiment', 'Save the experiment as a file', (module, lab) => module.saveExperiment(lab)),
  save('share.export-png', 'Save the picture (PNG, twice as sharp)', (module, lab) => module.savePng(lab)),
  save('share.export-csv', 'Save the series (CSV)', (module, lab) => module.saveCsv(lab)),
  save('share.export-report', 'Save a report (one HTML file)', (module, lab) => module.saveReport(lab)),
];
