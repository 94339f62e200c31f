/** The report: one HTML file that needs nothing from anywhere. Charts are SVG, the picture is inside. */
import type { ProcessSummary, Summary } from '../../protocol/summary.ts';
import { makePalette } from '../../view/palettes.ts';
import { chartSpecs, type ChartSpec } from '../chart-specs.ts';
import { formatMb, formatSeconds, formatShare, formatTick } from '../format.ts';
import type { Lab } from '../lab.ts';
import { useExperiment, useObservation } from '../store.ts';
import { LAB_VERSION } from '../version.ts';
import { escapeHtml, shareText } from './actions.ts';

const WIDTH = 560;
const HEIGHT = 150;
const LEFT = 64;
const BOTTOM = 20;
/** Points of a line: more are not seen. */
const POINTS = 600;
const TABLE_ROWS = 24;

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;color:#1b2129;background:#fff;max-width:1160px;margin:24px auto;padding:0 16px}
h1{font-size:20px}h2{font-size:16px;margin-top:32px}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:4px 12px 4px 0;border-bottom:1px solid #cdd5de;vertical-align:top}td.n,th.n{text-align:right}
code,pre{font:12px/1.5 ui-monospace,'DejaVu Sans Mono',monospace}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f3f5f8;padding:8px}
img{max-width:100%;border:1px solid #cdd5de}.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(480px,1fr));gap:16px}
figure{margin:0}figcaption{font-weight:600}svg{width:100%;height:auto}a{color:#0b6bab;overflow-wrap:anywhere}.wide{overflow-x:auto}`;

/** @param picture data URL of the picture, '' none */
export function reportHtml(lab: Lab, picture: string): string {
  const { experiment } = useExperiment.getState();
  const { boot, summary, catalog } = useObservation.getState();
  if (!boot || !summary) throw new Error('nothing has been booted');
  const title = `${boot.workloadTitle} on ${boot.machine.name}, ${formatTick(summary.tick)} s`;
  const version = catalog?.versionInfo.find(({ name }) => name === experiment.autonumaVersion)?.title;
  const settings: [string, string][] = [
    ['machine', `${boot.machine.name}. ${boot.machine.provenance}`],
    ['program', `${boot.workloadTitle}. ${boot.workloadQuestion}`],
    ['variant', experiment.variant],
    [
      'policy',
      experiment.policy === 'off' ? 'off (stock Linux 3.3)' : (version ?? experiment.autonumaVersion),
    ],
    ['noautonuma', experiment.noautonuma ? 'yes' : 'no'],
    ['transparent huge pages', experiment.thp],
    ['seed', String(experiment.seed)],
    ...Object.entries(experiment.parameters).map(([name, value]): [string, string] => [
      `parameter ${name}`,
      String(value),
    ]),
    ...Object.entries(experiment.knobs).map(([path, value]): [string, string] => [`${path}, at boot`, value]),
    ...experiment.edits.map(({ tick, path, value }): [string, string] => [
      `${path}, at ${formatTick(tick)} s`,
      value,
    ]),
    [
      'simulated until',
      `${formatTick(summary.tick)} s${summary.finished ? ', to the end of the program' : ''}`,
    ],
  ];
  const palette = makePalette('light', 'okabe-ito');
  const charts = chartSpecs(lab.series, summary.processes, palette);
  const link = shareText(lab, 'link');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>
<h1>${escapeHtml(title)}</h1>
<p><strong>${escapeHtml(shareText(lab, 'sentence'))}</strong></p>
${picture ? `<p><img src="${picture}" alt="${escapeHtml(summary.description)}"></p>` : ''}
<p>${escapeHtml(summary.description)}</p>
<h2>Settings</h2>
${table(['setting', 'value'], settings, 0)}
<h2>Processes</h2>
<div class="wide">${processTable(
    summary.processes,
    boot.machine.nodes.map(({ osId }) => osId),
  )}</div>
<h2>Charts</h2>
<div class="charts">${charts.map((spec) => chart(spec, lab.series.columns.t)).join('\n')}</div>
<h2>Figures</h2>
<div class="wide">${seriesTable(charts, lab.series.columns.t)}</div>
<h2>Counters and cost</h2>
${counterTable(summary)}
<h2>The same run again</h2>
<p><a href="${escapeHtml(link)}">${escapeHtml(link)}</a></p>
<pre>${escapeHtml(shareText(lab, 'cli'))}</pre>
<p>Made by AutoNUMA Lab ${LAB_VERSION}, a deterministic simulation: the same experiment gives the same figures everywhere.
Policy: ${escapeHtml(version ?? experiment.autonumaVersion)}${experiment.policy === 'off' ? ' (not in use)' : ''}, kernel Linux 3.3.</p>
</body></html>
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[], numbersFrom: number): string {
  const cell = (tag: 'th' | 'td', text: string, index: number) =>
    `<${tag}${numbersFrom > 0 && index >= numbersFrom ? ' class="n"' : ''}>${escapeHtml(text)}</${tag}>`;
  const line = (tag: 'th' | 'td', cells: readonly string[]) =>
    `<tr>${cells.map((text, index) => cell(tag, text, index)).join('')}</tr>`;
  return `<table><thead>${line('th', head)}</thead><tbody>${rows.map((row) => line('td', row)).join('\n')}</tbody></table>`;
}

function processTable(processes: readonly ProcessSummary[], nodes: readonly number[]): string {
  return table(
    ['process', 'pid', 'state', 'elapsed', 'local accesses', ...nodes.map((node) => `on node ${node}`)],
    processes.map((p) => [
      p.name,
      String(p.pid),
      p.alive ? 'running' : 'finished',
      formatSeconds(p.elapsedS),
      formatShare(p.localShare),
      ...p.mbPerNode.map(formatMb),
    ]),
    3,
  );
}

function counterTable({ bill, counters }: Summary): string {
  const costs: [string, number][] = [
    ['knuma_scand', bill.scanS],
    ['hinting faults', bill.faultS],
    ['knuma_migrated', bill.migrateS],
    ['huge pages split', bill.splitS],
    ['TLB shootdowns', bill.shootdownS],
    ['sched_autonuma_balance', bill.balanceS],
    ['remote access time saved', bill.savedS],
  ];
  return table(
    ['what', 'value'],
    [
      ...costs.map(([name, seconds]) => [`${name}, CPU time`, formatSeconds(seconds)]),
      ...Object.entries(counters).map(([name, value]) => [name, String(value)]),
    ],
    1,
  );
}

function seriesTable(specs: readonly ChartSpec[], t: readonly number[]): string {
  const lines = specs.flatMap((spec) => spec.lines.map((line) => ({ spec, line })));
  const count = Math.min(TABLE_ROWS, t.length);
  const rows = Array.from({ length: count }, (_, i) => {
    const at = count === 1 ? 0 : Math.round((i * (t.length - 1)) / (count - 1));
    return [
      `${t[at].toFixed(1)} s`,
      ...lines.map(({ spec, line }) => {
        const value = line.column[at];
        return value === null || value === undefined ? '–' : (line.format ?? spec.format)(value);
      }),
    ];
  });
  return table(['time', ...lines.map(({ spec, line }) => `${spec.title}, ${line.label}`)], rows, 1);
}

/** A chart with its axis, its lines told apart by dashes as well as by colour. */
function chart(spec: ChartSpec, t: readonly number[]): string {
  const end = Math.max(1, t.at(-1) ?? 1);
  const values = spec.lines.flatMap(({ column }) => column.filter((value) => value !== null));
  const top =
    spec.maximum ??
    Math.max(
      1e-9,
      values.reduce((most, value) => Math.max(most, value), 0),
    );
  const least = Math.min(
    0,
    values.reduce((low, value) => Math.min(low, value), 0),
  );
  const x = (seconds: number) => LEFT + (seconds / end) * (WIDTH - LEFT - 8);
  const y = (value: number) => 8 + (1 - (value - least) / (top - least)) * (HEIGHT - BOTTOM - 8);
  const step = Math.max(1, Math.ceil(t.length / POINTS));
  const dashes = ['', '6 3', '2 2', '8 2 2 2'];
  const lines = spec.lines.map(({ column, colour }, index) => {
    let path = '';
    for (let i = 0; i < t.length; i += step) {
      const value = column[i];
      if (value === null || value === undefined) continue;
      path += `${path === '' ? 'M' : 'L'}${x(t[i]).toFixed(1)} ${y(value).toFixed(1)}`;
    }
    return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5" stroke-dasharray="${dashes[index % dashes.length]}"/>`;
  });
  const label = (px: number, py: number, anchor: string, text: string) =>
    `<text x="${px}" y="${py}" text-anchor="${anchor}" font-size="11" fill="#566270">${escapeHtml(text)}</text>`;
  const keys = spec.lines.map(
    ({ label: name, colour }, index) =>
      `<tspan fill="${colour}">${['━', '╍', '┅', '┉'][index % 4]} ${escapeHtml(name)}  </tspan>`,
  );
  return `<figure><figcaption>${escapeHtml(spec.about ?? spec.title)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 18}" role="img" aria-label="${escapeHtml(spec.about ?? spec.title)}">
<path d="M${LEFT} 8V${HEIGHT - BOTTOM}H${WIDTH - 8}" fill="none" stroke="#cdd5de"/>
${lines.join('\n')}
${label(LEFT - 6, 14, 'end', spec.format(top))}${label(LEFT - 6, HEIGHT - BOTTOM, 'end', spec.format(least))}
${label(LEFT, HEIGHT - 6, 'start', '0 s')}${label(WIDTH - 8, HEIGHT - 6, 'end', `${end.toFixed(1)} s`)}
<text x="${LEFT}" y="${HEIGHT + 12}" font-size="11">${keys.join('')}</text></svg></figure>`;
}
