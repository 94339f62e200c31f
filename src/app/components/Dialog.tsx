/** A modal dialog on the browser's own <dialog>; closing it is always allowed. */
import { X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useView } from '../store.ts';

function close(): void {
  useView.setState({ dialog: null });
}

export function Dialog({
  title,
  className,
  children,
}: {
  title: string;
  className?: string;
  children: ReactNode;
}) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) {
      dialog.showModal();
      dialog.querySelector<HTMLElement>('[data-first-focus]')?.focus();
    }
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      className={className}
      aria-label={title}
      onClose={close}
      onClick={(event) => {
        // A click on the backdrop is a click on the dialog itself.
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className="dialog-body">
        <header>
          <h2>{title}</h2>
          <button type="button" className="icon" aria-label="Close" onClick={close}>
            <X size={16} />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
