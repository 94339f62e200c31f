/** A question asked again and again while it stands: the answer follows the simulation. */
import { useEffect, useState } from 'react';
import { PANEL_INTERVAL_MS } from '../constants.ts';

/**
 * Ask now and every `PANEL_INTERVAL_MS` after the answer, until another question comes.
 * @param question what is asked, compared by identity; null asks nothing
 * @returns the latest answer to this question, null before the first
 */
export function useAnswer<Q extends object, A>(
  question: Q | null,
  ask: (question: Q) => Promise<A | null>,
): A | null {
  const [answer, setAnswer] = useState<{ of: Q; value: A } | null>(null);
  useEffect(() => {
    if (!question) return undefined;
    let timer = 0;
    let gone = false;
    const refresh = async () => {
      const value = await ask(question);
      if (gone) return;
      if (value) setAnswer({ of: question, value });
      timer = window.setTimeout(() => void refresh(), PANEL_INTERVAL_MS);
    };
    void refresh();
    return () => {
      gone = true;
      window.clearTimeout(timer);
    };
  }, [question, ask]);
  return answer?.of === question ? answer.value : null;
}
