/** Choosing a stage: WebGL first, a plain canvas when that fails. */
import { createCanvasStage } from './canvas-stage.ts';
import type { Stage } from './stage.ts';

/** `?canvas2d` in the address forces the fallback, so that it can be tried and tested. */
function forced(): boolean {
  return new URLSearchParams(globalThis.location?.search ?? '').has('canvas2d');
}

/** The best stage there is. */
export async function createStage(): Promise<Stage> {
  if (forced()) return createCanvasStage();
  try {
    const { createGlStage } = await import('./gl-stage.ts');
    return await createGlStage();
  } catch (error) {
    console.warn('WebGL is not available, drawing on a plain canvas:', error);
    return createCanvasStage();
  }
}
