/** A modal dialog on the browser's own <dialog>; closing it is always allowed. */
import { X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { useView, type DialogId } from '../store.ts';

interface DialogProps {
  id: DialogId;
  title: string;
  children: ReactNode;
}

export function Dialog({ id, title, children }: DialogProps) {
  // The browser tells of a close later; by then another dialog may be open.
  const close = () => useView.setState((view) => (view.dialog === id ? { dialog: null } : {}));
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
      className={id}
      aria-label={title}
      // At once: until the close is told of, a key that opens this dialog again would be taken for one that closes it.
      onCancel={close}
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
