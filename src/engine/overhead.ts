/** What a version of AutoNUMA costs in memory before it has moved a single page (autonuma.md 2.1). */
import type { Kernel } from '../kernel/kernel-state.ts';
import { PAGES_PER_MIB } from '../kernel/units.ts';
import type { Overhead } from '../protocol/summary.ts';

const MIB = 1 << 20;

/** What the bytes are, by how many they are. */
const SOURCES: Record<number, string> = {
  24: 'autonuma_list head, migrate_nid and last_nid inside struct page (alpha6 mm_types.h; Peter Zijlstra, 29 May 2012: 24 bytes, about 0.6 %).',
  32: 'A separate page_autonuma array, allocated at boot only if AutoNUMA is possible (alpha14; Peter Zijlstra, 29 May 2012: 32 bytes, about 0.8 %: too much).',
  12: 'page_autonuma with two 16-bit node ids and two 32-bit page offsets (AutoNUMA19 patch 40, June 2012: about 0.29 %).',
  2: 'Only last_nid is left, 16 bits a page (AutoNUMA27, October 2012: about 0.05 %).',
};
/** Inside struct page: there whether or not AutoNUMA is possible. */
const IN_STRUCT_PAGE = 24;

/** The overhead of the running kernel. */
export function overheadSummary(k: Kernel): Overhead {
  const { version, possible } = k.autonuma;
  if (!possible && (k.policyName === 'off' || version.bytesPerPage !== IN_STRUCT_PAGE)) {
    const source =
      k.policyName === 'off'
        ? 'A stock kernel keeps nothing for AutoNUMA.'
        : `${version.title} allocates its array only if AutoNUMA is possible, and in this boot it is not.`;
    return { bytesPerPage: 0, mb: 0, share: 0, source };
  }
  const pages = k.memory.frames.nodeFrames.reduce((sum, frames) => sum + frames, 0);
  const { bytesPerPage } = version;
  return {
    bytesPerPage,
    mb: (pages * bytesPerPage) / MIB,
    share: (bytesPerPage * PAGES_PER_MIB) / MIB,
    source: SOURCES[bytesPerPage] ?? '',
  };
}
