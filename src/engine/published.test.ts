import { describe, expect, it } from 'vitest';
import { elapsedSeconds, runToEnd } from '../scenarios/headless.ts';
import { bootRow } from '../scenarios/published.ts';
import { PUBLISHED_ROWS, publishedRow } from '../scenarios/published-rows.ts';
import { Engine } from './engine.ts';
import { createHost } from './host.ts';

const ROW = 'srikar/numa02/upstream';

describe('published rows on a worker', () => {
  it('are listed with their sources, without a boot', async () => {
    const host = createHost();
    const rows = await new Engine(host).publishedRows();
    expect(rows.map((row) => row.id)).toEqual(PUBLISHED_ROWS.map((row) => row.id));
    for (const row of rows) expect(row.citation).toMatch(/20\d\d-\d\d-\d\d/);
    expect(structuredClone(rows)).toEqual(rows);
    host.close();
  });

  it('run to the same end as in one go, with the picture of autonuma-benchmark', async () => {
    const host = createHost();
    const engine = new Engine(host);
    const reply = await engine.runPublished(ROW, 3);
    host.close();
    if (!reply.ok) throw new Error(reply.error);
    const k = bootRow(publishedRow(ROW), 3);
    runToEnd(k);
    expect(reply.value.seconds).toBe(elapsedSeconds(k));
    const { t_s: times, nodes } = reply.value.mbPerNode;
    expect(times).toEqual(Array.from({ length: Math.floor(reply.value.seconds) }, (_, i) => i + 1));
    expect(nodes).toHaveLength(2);
    const mid = times.length >> 1;
    expect(nodes[0][mid] + nodes[1][mid]).toBeCloseTo(1024, -1);
    // A stock kernel leaves memory where it is.
    expect(Math.min(nodes[0][mid], nodes[1][mid])).toBeLessThan(5);
    expect(reply.value.localShare).toBeGreaterThan(0.5);
    expect(await engine.publishedSoFar()).toBeNull();
  });

  it('are cancelled by a call or by the next one', async () => {
    const host = createHost();
    const engine = new Engine(host);
    const first = engine.runPublished('andrea/numa01/autonuma', 1);
    const second = engine.runPublished('andrea/numa01/autonuma', 2);
    expect(await first).toEqual({ ok: false, error: 'cancelled' });
    await new Promise<void>((resolve) => host.soon(resolve));
    expect((await engine.publishedSoFar())!.seconds).toBeGreaterThan(0);
    await engine.cancelPublished();
    expect(await second).toEqual({ ok: false, error: 'cancelled' });
    host.close();
  });

  it('answer a wrong name with a message', async () => {
    const host = createHost();
    const reply = await new Engine(host).runPublished('nobody/numa02/upstream', 1);
    expect(reply).toEqual({ ok: false, error: 'there is no published row "nobody/numa02/upstream"' });
    host.close();
  });
});
