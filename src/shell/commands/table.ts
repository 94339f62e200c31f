/** Every command by its name. */
import type { Command } from '../command.ts';
import { cd, find, ls, pwd } from './files.ts';
import { clear, constant, exit, helpCommand, history, manCommand, sudo, watch } from './help.ts';
import { numactl, numastat } from './numa.ts';
import { kill, pgrep, pidof, pkill, taskset } from './processes.ts';
import { ps, top } from './ps.ts';
import { dmesg, free, hostname, lscpu, nproc, uname, uptime, whoami } from './system.ts';
import { cat, cut, echo, grep, head, sort, tail, tee, uniq, wc } from './text.ts';
import { runTime, sleep } from './time.ts';

/** The same under another name; not listed. */
function alias(command: Command): Command {
  return { ...command, summary: '' };
}

export const COMMANDS: Readonly<Record<string, Command>> = {
  cat,
  cd,
  clear,
  cut,
  dmesg,
  echo,
  egrep: alias(grep),
  exit,
  false: constant(1),
  find,
  free,
  grep,
  head,
  help: helpCommand(() => COMMANDS),
  history,
  hostname,
  kill,
  less: alias(cat),
  ls,
  lscpu,
  man: manCommand(() => COMMANDS),
  more: alias(cat),
  nproc,
  numactl,
  numastat,
  pgrep,
  pidof,
  pkill,
  ps,
  pwd,
  run: runTime,
  sleep,
  sort,
  sudo,
  tail,
  taskset,
  tee,
  top,
  true: constant(0),
  uname,
  uniq,
  uptime,
  watch,
  wc,
  whoami,
};
