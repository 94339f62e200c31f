/** `lab machines`, `lab workloads`, `lab scenarios`, `lab knobs`: what there is to choose from. */
import { MACHINE_PRESETS, machineByName, presetNames } from '../kernel/machine/presets.ts';
import { sysfsKnobs } from '../kernel/sysfs/sysfs.ts';
import { GALLERY } from '../scenarios/gallery.ts';
import { scenarioExperiment } from '../scenarios/scenario.ts';
import { workloadEntries } from '../scenarios/registry.ts';
import { parseOptions } from './arguments.ts';
import type { LabIo } from './io.ts';
import { table } from './table.ts';

const OPTIONS = { json: { type: 'boolean' } } as const;

const LISTS: Record<string, { values: () => object[]; text: () => string }> = {
  machines: {
    values: machines,
    text: () =>
      table([
        ['name', 'nodes', 'CPUs', 'MiB', 'title'],
        ...machines().map((m) => [m.name, String(m.nodes), String(m.cpus), String(m.memory_mb), m.title]),
      ]),
  },
  workloads: { values: workloadEntries, text: workloadsText },
  scenarios: { values: scenarios, text: scenariosText },
  knobs: { values: () => [...sysfsKnobs('alpha6')], text: knobsText },
};

/** Names of the list commands. */
export const LIST_COMMANDS = Object.keys(LISTS);

/** Print one of the lists; returns the exit status. */
export function listCommand(name: string, args: string[], io: LabIo): number {
  const { json } = parseOptions(name, args, OPTIONS);
  io.out(json === true ? `${JSON.stringify(LISTS[name].values())}\n` : `${LISTS[name].text()}\n`);
  return 0;
}

function machines() {
  return presetNames().map((name) => {
    const { nodes, cpus } = machineByName(name);
    const memory = nodes.reduce((sum, node) => sum + node.memoryMb, 0);
    return {
      name,
      title: MACHINE_PRESETS[name].title,
      nodes: nodes.length,
      cpus: cpus.length,
      memory_mb: memory,
    };
  });
}

function workloadsText(): string {
  return workloadEntries()
    .map((w) => {
      const lines = [`${w.name}`, `  ${w.title}`, `  ${w.question}`];
      if (w.variants.length > 1)
        lines.push(`  --variant ${w.variants.filter((v) => v !== 'default').join(' | ')}`);
      for (const p of w.parameters) {
        lines.push(
          `  --param ${p.name}=  ${p.meaning}${p.unit && ` (${p.unit})`}; default ${p.default}; ${p.minimum} to ${p.maximum}`,
        );
      }
      if (w.suite !== undefined)
        lines.push(`  --workload ${w.name}:NAME with NAME of the suite: ${w.suite.join(', ')}`);
      return lines.join('\n');
    })
    .join('\n\n');
}

/** The scenarios with their experiments spelt out, both sides. */
function scenarios() {
  return GALLERY.map((scenario) => {
    const { settings: _settings, against, ...rest } = scenario;
    return {
      ...rest,
      experiment: scenarioExperiment(scenario),
      ...(against && {
        against: {
          name: `${scenario.name}:${against.name}`,
          title: against.title,
          experiment: scenarioExperiment(scenario, true),
        },
      }),
    };
  });
}

function scenariosText(): string {
  return GALLERY.map((scenario) =>
    [
      scenario.name,
      `  ${scenario.title}`,
      `  ${scenario.question}`,
      `  ${scenario.expected}`,
      `  --scenario ${scenario.name}`,
      ...(scenario.against
        ? [`  --scenario ${scenario.name}:${scenario.against.name}  ${scenario.against.title}`]
        : []),
    ].join('\n'),
  ).join('\n\n');
}

function knobsText(): string {
  const range = (minimum: number, maximum: number): string =>
    minimum === maximum ? '' : `${minimum}..${maximum}`;
  return table([
    ['path below /sys/kernel/mm', 'default', 'unit', 'range', 'meaning'],
    ...sysfsKnobs('alpha6').map((knob) => [
      knob.path,
      String(knob.default),
      knob.unit,
      range(knob.minimum, knob.maximum),
      knob.meaning,
    ]),
  ]);
}
