/** Entry point of `npm run -s lab -- ...`. Start reading at lab.ts. */
import { readFileSync, writeSync } from 'node:fs';
import { runLab } from './lab.ts';

/** Write everything, however slowly the reader takes it, before the process ends. */
function write(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(fd, bytes, at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // The reader has gone (`lab knobs | head`): nobody is left to tell.
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
    }
  }
}

process.exitCode = await runLab(process.argv.slice(2), {
  out: (text) => write(1, text),
  err: (text) => write(2, text),
  errIsTerminal: process.stderr.isTTY === true,
  readFile: (path) => readFileSync(path, 'utf8'),
  now: () => performance.now(),
});
