/** One composition of the picture: every shape and label but the maps' pixels. */
import { TILE_WIDTH } from '../protocol/frame.ts';
import type { InspectTarget } from '../protocol/summary.ts';
import { cellWindow } from './camera.ts';
import type { Cameras } from './cameras.ts';
import { labelCells } from './cell-labels.ts';
import { drawCpuKeys } from './cpu-keys.ts';
import type { Cursor } from './cursor.ts';
import { drawFlows } from './flows.ts';
import type { ImageStore } from './images.ts';
import type { Rect } from './layout.ts';
import { drawHover, drawLocator, drawSelectedFrame, outlineCell } from './marks.ts';
import { drawNodePanel } from './node-panels.ts';
import type { Overlay } from './overlay.ts';
import { drawProcessRows } from './process-rows.ts';
import type { Scene, Tools } from './scene.ts';
import type { Stage } from './stage.ts';

export interface Parts {
  stage: Stage;
  overlay: Overlay;
  cameras: Cameras;
  store: ImageStore;
  hover: InspectTarget | null;
  hoverPoint: Rect;
  /** The keyboard's place, when the host has the focus. */
  cursor: Cursor | null;
}

/** Draw everything again. */
export function composePicture(scene: Scene, parts: Parts): void {
  const { stage, overlay, cameras } = parts;
  const { under, over } = stage;
  const { layout } = scene;
  under.clear();
  over.clear();
  const tools: Tools = { under, over, text: overlay.text };
  let image = 0;
  for (const panel of layout.panels) {
    drawNodePanel(panel, scene, tools);
    drawCpuKeys(panel, scene, tools);
    if (panel.map === null) continue;
    const spec = parts.store.specs[image];
    const bytes = parts.store.images[image++];
    const camera = cameras.of(panel.node);
    labelCells(panel, camera, bytes, spec.width, spec.height, scene.palette, scene.colourBy, overlay.text);
  }
  drawFlows(scene, tools);
  drawProcessRows(scene, tools);
  overlay.text.finish();
  const first = layout.panels.find((panel) => panel.map !== null);
  const seen = first === undefined ? null : cellWindow(cameras.of(first.node), first);
  overlay.legend.draw(
    scene,
    seen === null ? 0 : seen.perPixelX * seen.perPixelY,
    seen === null ? 0 : TILE_WIDTH / seen.perPixelX,
  );
  for (const panel of layout.panels) drawLocator(over, scene, cameras.of, panel.node);
  drawSelectedFrame(over, scene, cameras.of);
  if (parts.hover !== null) drawHover(over, scene, cameras.of, parts.hover, parts.hoverPoint);
  const { cursor } = parts;
  const cell = cursor?.rect(layout, cameras) ?? null;
  const map = cursor === null ? null : (layout.panels[cursor.node]?.map ?? null);
  if (cell !== null && map !== null)
    outlineCell(over, cell, map, scene.palette.colours.accent, scene.palette.colours.strong);
  overlay.focusRing(cursor !== null, scene.palette.colours.accent);
}
