/** Entry of the worker: the engine behind Comlink. Frames go out by transfer, never by copy. */
import * as Comlink from 'comlink';
import type { ViewRequest } from '../protocol/frame.ts';
import { Engine } from './engine.ts';
import { createHost } from './host.ts';

class WorkerEngine extends Engine {
  override async frame(view: ViewRequest, buffer: ArrayBuffer): Promise<ArrayBuffer> {
    const frame = await super.frame(view, buffer);
    return Comlink.transfer(frame, [frame]);
  }
}

Comlink.expose(new WorkerEngine(createHost()));
