// Writes docs/gallery.md from the scenarios, so that page, command line and docs say the same:
//   npx tsx scripts/gallery-page.ts
import { writeFileSync } from 'node:fs';
import { GALLERY } from '../src/scenarios/gallery.ts';
import { scenarioExperiment } from '../src/scenarios/scenario.ts';
import type { Scenario } from '../src/scenarios/scenario.ts';

const INTRODUCTION = `# The gallery

Experiments that answer a question each. Key \`S\`, or the first of the buttons at the right of the header, opens the gallery; choosing one
runs it at once, at a speed that suits it. The question stands above the picture while it runs, with the answer behind "What happens". Where
there is a comparison, the button beside that runs the other side. A machine, program and seed never differ between the two sides unless the button says so.

![The gallery](images/gallery.png)

On the command line: \`npm run -s lab -- scenarios\` lists them, \`npm run -s lab -- run --scenario tie\` runs one until its answer is there,
\`--scenario tie:room\` its other side; other options change it.

The answers are not told from memory: each has a test (\`src/scenarios/library/*.test.ts\`) that runs the scenario and holds the numbers to
what is said here. Where the model does something else than one would think, this page says what it does. Thumbnails are made from real runs
by \`npm run thumbnails\`, this page by \`npx tsx scripts/gallery-page.ts\`.
`;

function section(scenario: Scenario): string {
  const { machine, workload, parameters, policy, autonumaVersion, thp, knobs } = scenarioExperiment(scenario);
  const settings = [
    ...Object.entries(parameters).map(([name, value]) => `${name} = ${value}`),
    ...(policy === 'off' ? ['AutoNUMA off'] : [`version ${autonumaVersion}`]),
    ...(thp === 'on' ? ['huge pages on'] : []),
    ...Object.entries(knobs).map(([path, value]) => `${path.replace('autonuma/', '')} = ${value}`),
  ];
  const other = scenario.against
    ? `\n\nThe other side, \`${scenario.name}:${scenario.against.name}\`: ${scenario.against.title}.`
    : '';
  return `## ${scenario.title}

![${scenario.title}](../public/gallery/${scenario.name}.webp)

**${scenario.question}**

${scenario.expected}

Where to look: ${scenario.look}

\`${scenario.name}\`: \`${String(workload)}\` on \`${String(machine)}\`, ${settings.join(', ')}; ${scenario.seconds} s.${other}
`;
}

writeFileSync(
  new URL('../docs/gallery.md', import.meta.url),
  [INTRODUCTION, ...GALLERY.map(section)].join('\n'),
);
