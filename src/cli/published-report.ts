/** The scoreboard as text and as Markdown. */
import type { Verdict } from '../scenarios/published.ts';
import { NOT_MODELLED, PUBLISHED_SOURCES } from '../scenarios/published-rows.ts';
import type { Scored } from './published.ts';
import { table } from './table.ts';

const VERDICTS: readonly Verdict[] = ['within source', 'within target', 'miss'];

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const signed = (share: number): string => `${share < 0 ? '' : '+'}${percent(share)}`;

/** `46.12 44.70..48.50 sd 1.01`, or the mean alone when the seeds agree. */
function spread({ result: { min, max, sd } }: Scored): string {
  return max - min < 0.005 ? '' : `${min.toFixed(2)}..${max.toFixed(2)}  sd ${sd.toFixed(2)}`;
}

function tally(scored: readonly Scored[]): string {
  const count = (verdict: Verdict): number =>
    scored.filter(({ result }) => result.verdict === verdict).length;
  return VERDICTS.map((verdict) => `${count(verdict)} ${verdict}`).join(', ');
}

/** For people: a table for each source. */
export function scoreboard(scored: readonly Scored[]): string {
  const parts: string[] = [];
  for (const source of PUBLISHED_SOURCES) {
    const rows = scored.filter(({ row }) => row.source === source.id);
    if (rows.length === 0) continue;
    parts.push(
      `${source.title}\n${source.citation}\n`,
      table([
        ['row', 'published', 'model', 'ratio', 'off', 'target', 'verdict', 'seeds', 'spread'],
        ...rows.map((scoredRow) => {
          const { row, result } = scoredRow;
          return [
            `${row.workload} ${row.column}${row.fitted ? ' *' : ''}`,
            String(row.published),
            result.mean.toFixed(2),
            result.ratio.toFixed(3),
            signed(result.ratio - 1),
            percent(row.target),
            result.verdict,
            String(result.seconds.length),
            spread(scoredRow),
          ];
        }),
      ]),
      '',
    );
  }
  const sources = new Set(scored.map(({ row }) => row.source));
  const left = NOT_MODELLED.filter(({ source }) => sources.has(source));
  parts.push(
    `${scored.length} rows: ${tally(scored)}.`,
    "* the machine's bandwidth was fitted to this row: no evidence.",
    'Nothing random acts on bound and stock rows, so two seeds are enough for them.',
    `Not modelled: ${[...new Set(left.map(({ column, why }) => `${column} (${why})`))].join('; ')}.`,
  );
  return `${parts.join('\n')}\n`;
}

/** For docs/published.md. */
export function markdown(scored: readonly Scored[], seeds: number, whole: boolean): string {
  const lines: string[] = [
    `<!-- npm run -s lab -- published --seeds ${seeds}${whole ? '' : ' --only ...'} --markdown -->`,
    '',
    `${scored.length} rows: ${tally(scored)}.`,
    '',
  ];
  for (const source of PUBLISHED_SOURCES) {
    const rows = scored.filter(({ row }) => row.source === source.id);
    if (rows.length === 0) continue;
    lines.push(
      `### ${source.title}`,
      '',
      source.citation,
      '',
      '| row | published s | model s | seeds | spread | ratio | off | target | verdict |',
      '|---|---:|---:|---:|---|---:|---:|---:|---|',
      ...rows.map((scoredRow) => {
        const { row, result } = scoredRow;
        const cells = [
          `${row.workload} ${row.column}${row.fitted ? ' \\*' : ''}`,
          row.published,
          result.mean.toFixed(2),
          result.seconds.length,
          spread(scoredRow).replace('  ', ', '),
          result.ratio.toFixed(3),
          signed(result.ratio - 1),
          percent(row.target),
          result.verdict,
        ];
        return `| ${cells.join(' | ')} |`;
      }),
      '',
    );
  }
  lines.push(
    '### Not modelled',
    '',
    '| source | row | published s | why |',
    '|---|---|---:|---|',
    ...NOT_MODELLED.map((n) => `| ${n.source} | ${n.workload} ${n.column} | ${n.published} | ${n.why} |`),
  );
  return `${lines.join('\n')}\n`;
}
