/**
 * Links of earlier versions. Each upgrader turns the fields of one version into those of the next, so that a link once
 * sent stays good for ever.
 */
import { upgrader } from '../../protocol/upgrade.ts';

/** Name and text of each field, in the order of the link. */
export type LinkPairs = [name: string, text: string][];

export const LINKS = upgrader<LinkPairs>('links', 2, {
  // The view has more fields since: what is open over the laboratory is called `open`, and who goes to a tick may play on.
  1: (pairs) => [
    ...pairs.map(([name, text]): [string, string] => [name === 'view' ? 'open' : name, text]),
    ...(pairs.some(([name]) => name === 'at') ? [['paused', '1'] as [string, string]] : []),
  ],
});
