/** Messages in the corner: errors stay until dismissed or long read, notes go by themselves. */
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { dismissNotice, useNotices, type Notice } from '../store.ts';

const LIFETIME_MS = { error: 15_000, note: 4000 };

export function Notices() {
  const notices = useNotices((state) => state.notices);
  return (
    <div className="notices" aria-live="polite">
      {notices.map((notice) => (
        <NoticeBox key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function NoticeBox({ notice }: { notice: Notice }) {
  useEffect(() => {
    const timer = window.setTimeout(() => dismissNotice(notice.id), LIFETIME_MS[notice.kind]);
    return () => window.clearTimeout(timer);
  }, [notice]);
  return (
    <div className={`notice ${notice.kind}`} role={notice.kind === 'error' ? 'alert' : 'status'}>
      <p>{notice.text}</p>
      <button type="button" className="icon" aria-label="Dismiss" onClick={() => dismissNotice(notice.id)}>
        <X size={14} />
      </button>
    </div>
  );
}
