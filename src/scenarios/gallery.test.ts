import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ExperimentError, resolveExperiment } from './experiment.ts';
import { GALLERY, scenarioByName } from './gallery.ts';
import { scenarioExperiment } from './scenario.ts';

it('has at least twelve scenarios, each of which can be booted, both sides', () => {
  expect(GALLERY.length).toBeGreaterThanOrEqual(12);
  expect(new Set(GALLERY.map((scenario) => scenario.name)).size).toBe(GALLERY.length);
  for (const scenario of GALLERY) {
    const { boot } = resolveExperiment(scenarioExperiment(scenario));
    expect(boot.programs.start.length, scenario.name).toBeGreaterThan(0);
    if (!scenario.against) continue;
    const other = scenarioExperiment(scenario, true);
    expect(other).not.toEqual(scenarioExperiment(scenario));
    expect(() => resolveExperiment(other)).not.toThrow();
    // One workload and seed: only the rule under test differs.
    expect(other.workload).toBe(scenario.settings.workload);
  }
});

it('finds a scenario and its other side by name, and names what was meant', () => {
  expect(scenarioByName('tie')).toMatchObject({ scenario: { name: 'tie' }, against: false });
  expect(scenarioByName('tie:room').against).toBe(true);
  expect(() => scenarioByName('tei')).toThrow(ExperimentError);
  expect(() => scenarioByName('tei')).toThrow(/"tie"/);
  expect(() => scenarioByName('tie:full')).toThrow('expected "tie:room"');
  expect(() => scenarioByName('full-node:empty')).toThrow('no other side');
});

it('has a small thumbnail of each (scripts/thumbnails.mjs)', () => {
  for (const { name } of GALLERY) {
    const file = new URL(`../../public/gallery/${name}.webp`, import.meta.url);
    expect(existsSync(file), name).toBe(true);
    expect(statSync(file).size, name).toBeLessThan(40_000);
  }
});

it('docs/gallery.md has a section for each, with its question and its answer', () => {
  const page = readFileSync(new URL('../../docs/gallery.md', import.meta.url), 'utf8').replaceAll('\n', ' ');
  for (const { name, question, expected } of GALLERY) {
    expect(page).toContain(`\`${name}\``);
    expect(page).toContain(question);
    expect(page).toContain(expected);
  }
});
